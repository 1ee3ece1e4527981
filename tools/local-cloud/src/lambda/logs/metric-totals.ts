import * as v from "valibot";

const documentSchema = v.looseObject({
  _aws: v.object({
    CloudWatchMetrics: v.array(
      v.object({
        Namespace: v.string(),
        Dimensions: v.array(v.array(v.string())),
        Metrics: v.array(v.object({ Name: v.string(), Unit: v.optional(v.string(), "None") })),
      }),
    ),
  }),
});
const valuesSchema = v.union([v.number(), v.pipe(v.array(v.number()), v.maxLength(100))]);

/** Series that are kept; AWS knows no limit but its price. */
export const MAX_SERIES = 10_000;

const totalSchema = v.object({
  namespace: v.string(),
  dimensions: v.record(v.string(), v.string()),
  name: v.string(),
  unit: v.string(),
  samples: v.number(),
  sum: v.number(),
  maximum: v.number(),
});

/** One metric since the local cloud was booted, or since its state folder was made. */
export type MetricTotal = Readonly<v.InferOutput<typeof totalSchema>>;

/** What CloudWatch makes of log lines in embedded metric format, with one period: from the boot on. */
export interface MetricTotals {
  /** Takes a line of a log; one that is no such document is passed over. */
  read(line: string): void;
  totals(): readonly MetricTotal[];
  /** Goes on from totals told before; what is none is passed over. */
  restore(totals: unknown): void;
}

/** Counts from nothing. (AWS page: "Specification: Embedded metric format".) */
export function createMetricTotals(): MetricTotals {
  const series = new Map<string, MetricTotal>();
  const keyOf = ({ namespace, dimensions, name }: MetricTotal) => JSON.stringify([namespace, dimensions, name]);
  return {
    restore(totals) {
      const read = v.safeParse(v.pipe(v.array(totalSchema), v.maxLength(MAX_SERIES)), totals);
      for (const total of read.success ? read.output : []) series.set(keyOf(total), total);
    },
    read(line) {
      if (!line.includes('"_aws"')) return;
      for (const value of valuesIn(line)) {
        const key = keyOf(value);
        const known = series.get(key);
        if (known !== undefined) series.set(key, sumOf(known, value));
        else if (series.size < MAX_SERIES) series.set(key, value);
      }
    },
    totals: () => [...series.values()],
  };
}

function sumOf(a: MetricTotal, b: MetricTotal): MetricTotal {
  const maximum = Math.max(a.maximum, b.maximum);
  return { ...a, samples: a.samples + b.samples, sum: a.sum + b.sum, maximum };
}

function* valuesIn(line: string): Generator<MetricTotal> {
  const document = v.safeParse(documentSchema, jsonOf(line));
  if (!document.success) return;
  const root: Readonly<Record<string, unknown>> = document.output;
  for (const { Namespace, Dimensions, Metrics } of document.output._aws.CloudWatchMetrics)
    for (const names of Dimensions.length === 0 ? [[]] : Dimensions) {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(root[name])]));
      for (const { Name, Unit } of Metrics) {
        const given = v.safeParse(valuesSchema, root[Name]);
        const values = given.success ? [given.output].flat() : [];
        if (values.length === 0) continue;
        const sum = values.reduce((total, value) => total + value, 0);
        const figures = { samples: values.length, sum, maximum: Math.max(...values) };
        yield { namespace: Namespace, dimensions, name: Name, unit: Unit, ...figures };
      }
    }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
