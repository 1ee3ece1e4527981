import { isObject } from "@doorbell/aws-events/is-object";
import * as v from "valibot";
import { parseJson } from "../../parse-json.ts";

const optionalText = v.optional(v.string());
const entrySchema = v.looseObject({
  message: v.string(),
  timestamp: v.string(),
  service: v.string(),
  requestId: optionalText,
  messageId: optionalText,
  sequenceNumber: optionalText,
  correlationId: optionalText,
  /** Ids of the records of a batch. */
  ids: v.optional(v.array(v.string())),
  outcome: optionalText,
  reason: optionalText,
  err: v.optional(v.looseObject({ name: v.string(), code: v.optional(v.union([v.string(), v.number()])) })),
});

/** A line that a function logged, with whatever fields it has. */
export type LogEntry = v.InferOutput<typeof entrySchema>;

const reportSchema = v.object({
  time: v.string(),
  type: v.literal("platform.report"),
  record: v.looseObject({ requestId: v.string(), status: v.string(), errorType: optionalText }),
});

/** How an invocation ended that did not end well, as the platform logs it. */
export interface FailedInvocation {
  readonly at: string;
  readonly service: string;
  readonly requestId: string;
  readonly status: string;
  readonly errorType?: string;
}

/** A line in the form in which a story can use it; undefined for one that has nothing to tell. */
export type ReadLine =
  | { readonly kind: "entry"; readonly entry: LogEntry }
  | { readonly kind: "failed"; readonly invocation: FailedInvocation };

/** Time, request id, level and message, as Lambda's console writes a line of text. */
const TEXT_LINE = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\t([\w-]+)\t([A-Z]+)\t(.*)$/s;
const TEXT_REPORT = /^REPORT RequestId: ([\w-]+)\t.*?Status: (\w+)(?:\tError Type: ([\w.]+))?/s;
const OF_THE_PLATFORM = /^(?:START|END|REPORT|INIT_START|INIT_REPORT) /;

/**
 * Reads a line of the log of `service`, JSON or text; `time` is when it was written, for a line that does not say so itself. Never
 * throws.
 */
export function readLogLine(service: string, line: string, time?: string): ReadLine | undefined {
  const parsed = parseJson(line);
  const report = v.safeParse(reportSchema, parsed);
  if (report.success) return failedIn(service, { at: report.output.time, ...report.output.record });
  const fields = isObject(parsed) ? readFields(parsed, time) : readText(line, time);
  const [, requestId = "", status = "success", errorType] = TEXT_REPORT.exec(line) ?? [];
  if (status !== "success") return failedIn(service, { at: time ?? "", requestId, status, errorType });
  const entry = v.safeParse(entrySchema, { service, ...fields });
  return entry.success ? { kind: "entry", entry: entry.output } : undefined;
}

/** A line of JSON: loggers call the message `message` or `msg`, the time `timestamp` or `time`. */
function readFields(line: Readonly<Record<string, unknown>>, time: string | undefined): object {
  const message = line["message"] ?? line["msg"];
  return {
    ...line,
    timestamp: [line["timestamp"], line["time"], time].find((each) => typeof each === "string"),
    message: typeof message === "string" || message === undefined ? message : JSON.stringify(message),
  };
}

function readText(line: string, time: string | undefined): object {
  const [, timestamp, requestId, , message] = TEXT_LINE.exec(line) ?? [];
  if (timestamp !== undefined) return { timestamp, requestId, message };
  return OF_THE_PLATFORM.test(line) || line.trim() === "" ? {} : { timestamp: time, message: line };
}

function failedIn(
  service: string,
  {
    at,
    requestId,
    status,
    errorType,
  }: Omit<FailedInvocation, "service" | "errorType"> & { errorType?: string | undefined },
): ReadLine | undefined {
  if (status === "success") return undefined;
  const invocation = { at, service, requestId, status, ...(errorType !== undefined && { errorType }) };
  return { kind: "failed", invocation };
}
