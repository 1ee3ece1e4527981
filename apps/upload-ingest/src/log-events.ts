import type { Log } from "@doorbell/logger/log";
import type { ReceiptStatus } from "./records/receipts.ts";

/**
 * What this service logs of an upload, tied to its story by `correlationId`, which the log carries. `event` is a stable code that
 * programs may match; the message beside it is for people. No reason of a receipt is logged, since it may quote the file.
 */
export type UploadLogEvent =
  /** A run begins. Written before anything can go wrong: a run that dies leaves no other line that names the upload. */
  | { readonly event: "upload.received" }
  | {
      readonly event: "upload.handled";
      readonly status: ReceiptStatus;
      readonly format?: "csv" | "ndjson";
      readonly lines: number;
      readonly orders: number;
      readonly rejectedLines: number;
    }
  /** The event came again after its upload had ended. */
  | { readonly event: "upload.duplicate"; readonly outcome: "duplicate" | "conflict" }
  /** Another run handles the upload, until about then (ISO 8601). */
  | { readonly event: "upload.busy"; readonly until: string }
  /** The run was broken off; the event is tried again. */
  | { readonly event: "upload.unfinished"; readonly err: unknown };

const LINES = {
  "upload.received": ["info", "upload received"],
  "upload.handled": ["info", "upload handled"],
  "upload.duplicate": ["info", "upload was handled before"],
  "upload.busy": ["info", "upload is being handled by another run"],
  "upload.unfinished": ["warn", "upload not handled to its end"],
} as const satisfies Record<UploadLogEvent["event"], readonly ["info" | "warn", string]>;

/** Writes the line of an event. */
export function logUploadEvent(log: Log, event: UploadLogEvent): void {
  const [level, message] = LINES[event.event];
  log[level](event, message);
}

/** Whether a line of a log, parsed from JSON, is one of {@link logUploadEvent}. */
export function isUploadLogEvent<Line extends object>(line: Line): line is Line & UploadLogEvent {
  const field = (name: string): unknown => Reflect.get(line, name);
  const event = field("event");
  if (event === "upload.handled")
    return (
      typeof field("status") === "string" &&
      ["lines", "orders", "rejectedLines"].every((name) => typeof field(name) === "number")
    );
  return typeof event === "string" && Object.hasOwn(LINES, event);
}

/** Finds the lines of uploads that were not taken, or not to their end, for CloudWatch ("Filter pattern syntax for metric filters"). */
export const UPLOAD_NOT_TAKEN_PATTERN =
  '{ $.event = "upload.handled" && ($.status = "refused" || $.status = "incomplete") }';
