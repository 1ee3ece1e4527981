import { type Fields, readFields, readInstant, readText, refuseField } from "./fields.ts";
import { isObject } from "./is-object.ts";
import { issueAt } from "./issue.ts";
import type { Issue, Parsed } from "./parsed.ts";

/**
 * The tumbling window that a stream event belongs to (AWS: "Implementing stateful DynamoDB stream processing in
 * Lambda"). The answer of the function must carry the next `state`.
 */
export interface TimeWindow {
  /** First instant of the window, ISO 8601. */
  readonly start: string;
  /** First instant after the window, ISO 8601. */
  readonly end: string;
  /** What the function answered last for this window and shard; empty at its beginning. Untouched. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly shardId: string;
  readonly eventSourceArn: string;
  /** True when the window is over and its result is due; such an event may have no records. */
  readonly isFinalInvoke: boolean;
  /** True when Lambda ended the window early, for instance because the state outgrew 1 MB. */
  readonly isTerminatedEarly: boolean;
}

/** Reads the window of a stream event, beside `parseStreamEvent`; undefined where its mapping has none. Never throws on a payload. */
export function parseTimeWindow(event: unknown): Parsed<TimeWindow | undefined> {
  if (!isObject(event)) return { ok: false, issues: [issueAt("", "an event of aws:dynamodb", event)] };
  if (event["window"] === undefined || event["window"] === null) return { ok: true, value: undefined };
  const issues: Issue[] = [];
  const fields: Fields = { values: event, parent: undefined, key: "", issues };
  const bounds = readFields(fields, "window", event["window"]);
  const value = {
    start: readInstant(bounds, "start", bounds.values["start"]),
    end: readInstant(bounds, "end", bounds.values["end"]),
    state: readState(fields, event["state"]),
    shardId: readText(fields, "shardId", event["shardId"]),
    eventSourceArn: readText(fields, "eventSourceARN", event["eventSourceARN"]),
    isFinalInvoke: readFlag(fields, "isFinalInvokeForWindow", event["isFinalInvokeForWindow"]),
    isTerminatedEarly: readFlag(fields, "isWindowTerminatedEarly", event["isWindowTerminatedEarly"]),
  };
  return issues.length === 0 ? { ok: true, value } : { ok: false, issues };
}

function readState(event: Fields, state: unknown): Readonly<Record<string, unknown>> {
  if (state === undefined || state === null) return {};
  if (isObject(state)) return state;
  refuseField(event, "state", state, "object");
  return {};
}

function readFlag(event: Fields, key: string, flag: unknown): boolean {
  if (flag === undefined || flag === null) return false;
  if (typeof flag === "boolean") return flag;
  refuseField(event, key, flag, "true or false");
  return false;
}
