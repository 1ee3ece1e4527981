/** What identifies a series, beside its name: `service` as the logger was given it, `function` is the function's own name. */
export const METRIC_DIMENSIONS = ["service", "function"] as const;

/** The names under which the metrics of an app stand in CloudWatch. Others cannot be counted: it is a type error. */
export interface MetricNames<Count extends string, Measure extends string> {
  /** The CloudWatch namespace. */
  readonly namespace: string;
  /** What is counted. The statistic to look at is `Sum`. */
  readonly counts: readonly Count[];
  /** What is measured, in milliseconds. The statistics to look at are `Maximum` and percentiles. */
  readonly measures: readonly Measure[];
}

/** Takes what an invocation has to count. Costs nothing until the invocation ends. */
export interface Counter<Count extends string> {
  // A property, since TypeScript would let a counter of fewer names stand in for one with this as a method.
  readonly count: (name: Count, by?: number) => void;
}

/** The metrics of one invocation. */
export interface Metrics<Count extends string, Measure extends string> extends Counter<Count> {
  /** Of several values the largest is kept. */
  readonly measure: (name: Measure, ms: number) => void;
  /** Writes everything as one line, and begins anew. Nothing is written where nothing was counted or measured. */
  readonly write: () => void;
}

/** Names that stand in every line already. */
const RESERVED = ["level", "timestamp", "message", "service", "function", "requestId", "coldStart", "_aws"];

/** A metric has the name of another one, or of a field of every line, and would take its place. */
export class InvalidMetricNames extends Error {
  override readonly name = "InvalidMetricNames";
  readonly code = "INVALID_METRIC_NAMES";
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    super(`Names of metrics must differ from each other and from the fields of every line: ${names.join(", ")}`);
    this.names = names;
  }
}

/** @throws InvalidMetricNames */
export function checkMetricNames({ counts, measures }: MetricNames<string, string>): void {
  const names = [...RESERVED, ...counts, ...measures];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new InvalidMetricNames(twice);
}

/**
 * Collects the metrics of one invocation and hands them out as one document in embedded metric format, out of which
 * CloudWatch makes metrics without a call or a permission. What was not counted is left out: a series costs money as soon
 * as it exists. `properties` must hold every dimension. (AWS page: "Specification: Embedded metric format".)
 */
export function createMetrics<Count extends string, Measure extends string>(
  { namespace, measures }: MetricNames<Count, Measure>,
  properties: Readonly<Record<(typeof METRIC_DIMENSIONS)[number], string>> & object,
  writeDocument: (document: object) => void,
): Metrics<Count, Measure> {
  let values = new Map<string, number>();
  const unitOf = (name: string) => (measures.some((measure) => measure === name) ? "Milliseconds" : "Count");
  return {
    count(name, by = 1) {
      if (by !== 0) values.set(name, (values.get(name) ?? 0) + by);
    },
    measure(name, ms) {
      values.set(name, Math.max(0, Math.round(ms), values.get(name) ?? 0));
    },
    write() {
      if (values.size === 0) return;
      const written = values;
      values = new Map();
      writeDocument({
        ...properties,
        _aws: {
          Timestamp: Date.now(),
          CloudWatchMetrics: [
            {
              Namespace: namespace,
              Dimensions: [METRIC_DIMENSIONS],
              Metrics: [...written.keys()].map((Name) => ({ Name, Unit: unitOf(Name) })),
            },
          ],
        },
        ...Object.fromEntries(written),
      });
    },
  };
}
