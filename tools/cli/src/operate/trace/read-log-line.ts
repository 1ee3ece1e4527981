import { isObject } from "@doorbell/aws-events/is-object";
import * as v from "valibot";
import { parseJson } from "../../parse-json.ts";
import { entrySchema, type FailedInvocation, type ReadLine } from "./log-entry.ts";

const reportSchema = v.object({
  time: v.string(),
  type: v.literal("platform.report"),
  record: v.looseObject({ requestId: v.string(), status: v.string(), errorType: v.optional(v.string()) }),
});
/** What Lambda logs of an error that a handler threw; the report of that invocation says success. */
const thrownSchema = v.object({
  timestamp: v.string(),
  requestId: v.string(),
  level: v.literal("ERROR"),
  message: v.looseObject({ errorType: v.string(), stackTrace: v.array(v.string()) }),
});
const textErrorSchema = v.looseObject({ errorType: v.string() });

/** Time, request id, level and message, as Lambda's console writes a line of text. */
const TEXT_LINE = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\t([\w-]+)\t[A-Z]+\t(.*)$/s;
const TEXT_REPORT = /^REPORT RequestId: ([\w-]+)\t.*?Status: (\w+)(?:\tError Type: ([\w.]+))?/s;
/** A thrown error among the messages. */
const INVOKE_ERROR = /^Invoke Error\s+(\{.*)$/s;
const OF_THE_PLATFORM = /^(?:START|END|REPORT|INIT_START|INIT_REPORT) /;

/**
 * Reads a line of the log of `service`, JSON or text; `time` is when it was written, for a line that does not say so itself. Never
 * throws.
 */
export function readLogLine(service: string, line: string, time?: string): ReadLine | undefined {
  const value = parseJson(line);
  return isObject(value) ? readFields(service, value, time) : readText(service, line, time);
}

/** A line of JSON: loggers call the message `message` or `msg`, the time `timestamp` or `time`. */
function readFields(
  service: string,
  line: Readonly<Record<string, unknown>>,
  time: string | undefined,
): ReadLine | undefined {
  const report = v.safeParse(reportSchema, line);
  if (report.success) return failedIn(service, { at: report.output.time, ...report.output.record });
  const thrown = v.safeParse(thrownSchema, line);
  if (thrown.success) {
    const { timestamp: at, requestId, message } = thrown.output;
    return failedIn(service, { at, requestId, status: "error", errorType: message.errorType });
  }
  const said = line["message"] ?? line["msg"];
  return entryIn(service, {
    ...line,
    timestamp: [line["timestamp"], line["time"], time].find((each) => typeof each === "string"),
    message: typeof said === "string" || said === undefined ? said : JSON.stringify(said),
  });
}

function readText(service: string, line: string, time: string | undefined): ReadLine | undefined {
  const [, failedId, status, type] = TEXT_REPORT.exec(line) ?? [];
  if (failedId !== undefined && status !== undefined)
    return failedIn(service, { at: time ?? "", requestId: failedId, status, errorType: type });
  if (OF_THE_PLATFORM.test(line) || line.trim() === "") return undefined;
  const [, at, requestId, message] = TEXT_LINE.exec(line) ?? [];
  if (at === undefined || requestId === undefined || message === undefined)
    return entryIn(service, { timestamp: time, message: line });
  const error = v.safeParse(textErrorSchema, parseJson(INVOKE_ERROR.exec(message)?.[1] ?? ""));
  if (!error.success) return entryIn(service, { timestamp: at, requestId, message });
  return failedIn(service, { at, requestId, status: "error", errorType: error.output.errorType });
}

function entryIn(service: string, fields: object): ReadLine | undefined {
  const entry = v.safeParse(entrySchema, { service, ...fields });
  return entry.success ? { kind: "entry", entry: entry.output } : undefined;
}

/** An invocation that did not end well. */
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
