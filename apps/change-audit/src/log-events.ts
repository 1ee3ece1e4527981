import type { Log } from "@doorbell/logger/log";

/**
 * One change of the orders table that was settled (of plain successes a sample alone): what ties it to the other services' lines, and how it ended; no value of the
 * order. `event` is a stable code that programs may match; the message beside it is for people.
 */
export interface ChangeSettled {
  readonly sequenceNumber: string;
  readonly eventId: string;
  readonly eventName: string;
  readonly outcome: "applied" | "duplicate" | "conflict" | "failed" | "rejected";
  /** The key in the orders table, `partner/order id`; absent where there is none. */
  readonly orderKey?: string;
  /** Both absent where the key does not name a partner and an order. */
  readonly partner?: string;
  readonly orderId?: string;
  readonly version?: number;
  readonly correlationId?: string;
  /** Why it failed. */
  readonly code?: string;
}

const EVENT = "change.settled";
const OUTCOMES: readonly unknown[] = [
  "applied",
  "duplicate",
  "conflict",
  "failed",
  "rejected",
] satisfies ChangeSettled["outcome"][];

/** Writes the line. */
export function logChangeSettled(log: Log, settled: ChangeSettled): void {
  log.info({ event: EVENT, ...settled }, "order change");
}

/** Whether a line of a log, parsed from JSON, is one of {@link logChangeSettled}. */
export function isChangeSettled<Line extends object>(line: Line): line is Line & ChangeSettled {
  const field = (name: keyof ChangeSettled | "event"): unknown => Reflect.get(line, name);
  const { version } = { version: field("version") };
  return (
    field("event") === EVENT &&
    OUTCOMES.includes(field("outcome")) &&
    (version === undefined || typeof version === "number") &&
    (["sequenceNumber", "eventId", "eventName"] as const).every((name) => typeof field(name) === "string")
  );
}
