import type { Log } from "@doorbell/logger/log";

/** How a record is named in the log: by its message id, sequence number or, of an S3 event, by the id of the record. */
export interface LoggedRecord {
  readonly messageId?: string;
  readonly sequenceNumber?: string;
  readonly record?: string;
}

/**
 * What the handlers of this package log. `event` is a stable code that programs may match; the message beside it is for people
 * and may change. The field `err` of a line describes the error: `name`, `message`, and `code` where it has one.
 */
export type BatchLogEvent =
  /** Written before anything can go wrong, so that whoever follows a record sees that it came. */
  | { readonly event: "batch.received"; readonly ids: readonly string[] }
  | {
      readonly event: "batch.handled";
      readonly records: number;
      readonly done: number;
      readonly rejected: number;
      readonly retried: number;
    }
  /** Everything failed: these messages come back after up to `seconds`. */
  | { readonly event: "batch.backed-off"; readonly messages: number; readonly seconds: number }
  /** They could not be hidden for longer, and come back when the queue's visibility timeout ends. */
  | { readonly event: "batch.not-backed-off"; readonly messages: number; readonly err: unknown }
  | (LoggedRecord &
      (
        | { readonly event: "record.retried"; readonly err: unknown }
        /** An earlier record of its key or message group failed. */
        | { readonly event: "record.waiting" }
        /** An idempotency strategy knew the record: its work had been done before. */
        | { readonly event: "record.duplicate" }
        /** The reason's quotes, which come out of the payload, are left out. */
        | { readonly event: "record.parked"; readonly reason: string }
        | { readonly event: "record.not-parked"; readonly reason: string; readonly err: unknown }
      ));

const LINES = {
  "batch.received": ["info", "batch received"],
  "batch.handled": ["info", "batch handled"],
  "batch.backed-off": ["warn", "everything failed, so the messages come back later"],
  "batch.not-backed-off": ["warn", "everything failed, and the messages come back at their usual time"],
  "record.retried": ["warn", "record failed"],
  "record.waiting": ["info", "record waits for an earlier one"],
  "record.duplicate": ["info", "record was handled before"],
  "record.parked": ["warn", "record rejected and parked"],
  "record.not-parked": ["error", "record rejected but not parked"],
} as const satisfies Record<BatchLogEvent["event"], readonly ["info" | "warn" | "error", string]>;

/** Writes the line of an event. */
export function logBatchEvent(log: Log, event: BatchLogEvent): void {
  const [level, message] = LINES[event.event];
  log[level](event, message);
}

/** Whether a line of a log, parsed from JSON, is one of {@link logBatchEvent}, with every field that is read of it. */
export function isBatchLogEvent<Line extends object>(line: Line): line is Line & BatchLogEvent {
  const field = (name: string): unknown => Reflect.get(line, name);
  const event = field("event");
  switch (event) {
    case "batch.received":
      return isTexts(field("ids"));
    case "batch.handled":
      return ["records", "done", "rejected", "retried"].every((name) => typeof field(name) === "number");
    case "batch.backed-off":
      return ["messages", "seconds"].every((name) => typeof field(name) === "number");
    case "batch.not-backed-off":
      return typeof field("messages") === "number";
    case "record.parked":
    case "record.not-parked":
      return typeof field("reason") === "string";
    default:
      return typeof event === "string" && Object.hasOwn(LINES, event);
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
