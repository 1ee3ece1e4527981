import type { Log } from "@doorbell/logger/log";
import type { OutOfOrderArrival } from "./decide-order.ts";

/**
 * One order event that was settled (of plain successes a sample alone): what ties it to the other services' lines, and how it ended. `event` is a stable code that
 * programs may match; the message beside it is for people.
 */
export interface OrderSettled {
  readonly messageId: string;
  readonly receiveCount: number;
  readonly eventId: string;
  readonly type: string;
  /** The partner and the order's id in one, as the tables have it. */
  readonly orderKey: string;
  readonly partner: string;
  readonly orderId: string;
  readonly correlationId: string;
  readonly outcome: "applied" | "duplicate" | "conflict" | "failed";
  /** Writes that were sent, where it was more than one. */
  readonly attempts?: number | undefined;
  /** Writes that DynamoDB throttled, and the code of the last one. */
  readonly throttled?: number | undefined;
  readonly throttledBy?: string | undefined;
  /** When the order was written, ISO 8601: the line comes at the end of the batch. */
  readonly writtenAt?: string | undefined;
  /** Where an order and its cancellation came in the wrong order. */
  readonly arrival?: OutOfOrderArrival | undefined;
  /** Why it failed. */
  readonly code?: string | undefined;
}

const EVENT = "order.settled";
const OUTCOMES: readonly unknown[] = ["applied", "duplicate", "conflict", "failed"] satisfies OrderSettled["outcome"][];

/** Writes the line. */
export function logOrderSettled(log: Log, settled: OrderSettled): void {
  log.info({ event: EVENT, ...settled }, "order event");
}

/** Whether a line of a log, parsed from JSON, is one of {@link logOrderSettled}. */
export function isOrderSettled<Line extends object>(line: Line): line is Line & OrderSettled {
  const field = (name: keyof OrderSettled | "event"): unknown => Reflect.get(line, name);
  const texts = ["messageId", "eventId", "type", "orderKey", "partner", "orderId", "correlationId"] as const;
  return (
    field("event") === EVENT &&
    OUTCOMES.includes(field("outcome")) &&
    typeof field("receiveCount") === "number" &&
    texts.every((name) => typeof field(name) === "string")
  );
}
