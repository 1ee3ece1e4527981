import { describeShape } from "./describe-shape.ts";
import { holdLines, type HeldLines } from "./held-lines.ts";
import { createLines, type Level, type Lines } from "./lines.ts";
import type { InvocationLog, LambdaContext, Log } from "./log.ts";
import { checkMetricNames, createMetrics, type MetricNames } from "./metrics.ts";
import { redactionOf } from "./redaction.ts";

/** What a logger is made of. */
export interface LoggerOptions<Count extends string, Measure extends string> {
  /** The service whose lines these are. */
  readonly service: string;
  /** The environment of the process; `AWS_LAMBDA_LOG_LEVEL` and `AWS_LAMBDA_LOG_FORMAT` are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What may be counted and measured; nothing by default. */
  readonly metrics?: MetricNames<Count, Measure>;
  /**
   * What is never logged beside secrets and whole payloads: a key, or a key and the one above it, as in `owner.name`. At any depth;
   * the elements of an array count as the array, and upper and lower case, `-` and `_` make no difference.
   */
  readonly redact?: readonly string[];
  /** Takes each line, without its line break, in the place of stdout. */
  readonly write?: (line: string) => void;
}

/** A log for what happens outside of invocations, and the maker of one for each invocation. */
export interface Logger<Count extends string, Measure extends string> extends Log {
  /**
   * The log of one invocation: every line carries `requestId`, `function` and `coldStart`. The first one of the process
   * also logs the shape of its event, names and types alone. `debug` lines below the log level are held back, and
   * written as the field `held` of one line as soon as a line with an `err` is logged.
   */
  invocation(context: LambdaContext, event: unknown): InvocationLog<Count, Measure>;
}

/**
 * The log of a service on Lambda. Make it once, outside of the handler:
 *
 *     const metrics = { namespace: "Reports", counts: ["Reports", "Pages"], measures: ["Age"] } as const;
 *     const logger = createLogger({ service: "report-maker", environment, metrics, redact: ["owner.name"] });
 *     export const handler = async (event: unknown, context: LambdaContext) => {
 *       const log = logger.invocation(context, event);
 *       log.child({ messageId }).info({ pages: 3 }, "report made");
 *       log.metrics.count("Pages", 3);
 *       log.metrics.write();
 *     };
 *
 * @throws InvalidMetricNames
 */
// NoInfer: the names are the ones given here, not the ones that whoever takes the logger would like to count.
export function createLogger<Count extends string = never, Measure extends string = never>(
  options: LoggerOptions<Count, Measure>,
): Logger<NoInfer<Count>, NoInfer<Measure>> {
  const { service, environment, metrics = { namespace: service, counts: [], measures: [] }, redact = [] } = options;
  checkMetricNames(metrics);
  const lines = createLines(environment, redactionOf(redact), options.write);
  let isColdStart = true;
  return {
    ...logWith(lines, { service }),
    invocation(context, event) {
      const fields = {
        service,
        function: context.functionName,
        requestId: context.awsRequestId,
        coldStart: isColdStart,
      };
      const log = logWith(lines, fields, holdLines());
      if (isColdStart) log.info({ eventShape: describeShape(event) }, "first event of this environment");
      isColdStart = false;
      return {
        ...log,
        metrics: createMetrics(metrics, fields, (document) => lines.writeDocument(document, "metrics")),
      };
    },
  };
}

function logWith(lines: Lines, bound: object, held?: HeldLines): Log {
  const at = (level: Level) => (fields: object, message: string) => {
    const all = { ...bound, ...(fields instanceof Error ? { err: fields } : fields) };
    if (!lines.isWritten(level)) {
      held?.keep({ level, at: Date.now(), message, fields: all });
      return;
    }
    if (held !== undefined && "err" in all) writeHeld(lines, level, bound, held);
    lines.write(level, all, message);
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => logWith(lines, { ...bound, ...fields }, held),
  };
}

/**
 * One line, at the level of the failure: Lambda's own filter would drop lines below the log level, whoever wrote them.
 */
function writeHeld(lines: Lines, level: Level, bound: object, held: HeldLines): void {
  const released = held.release();
  if (released.length === 0) return;
  const earlier = released.map((line) => ({
    level: line.level.toUpperCase(),
    timestamp: new Date(line.at).toISOString(),
    message: line.message,
    ...fieldsBeyond(bound, line.fields),
  }));
  lines.write(level, { ...bound, held: earlier }, "lines held back until this failure");
}

/** The line as a whole says what is in `bound`; a held line repeats only what it says differently. */
function fieldsBeyond(bound: object, fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => Reflect.get(bound, name) !== value));
}
