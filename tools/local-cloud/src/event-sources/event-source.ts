import type { MappingStatus } from "./mapping-status.ts";

/** Something that gives events to a function: a bucket's notifications, a topic's subscriptions, a bus's rules, a queue's or a stream's mapping. */
export interface EventSource {
  /** Resolves once nothing that happens from now on can be missed. */
  start(): Promise<void>;
  /** True when nothing read waits or is being handled, and nothing is left to read. */
  idle(): boolean;
  status(): MappingStatus[];
  /**
   * Takes nothing more, waits up to `graceMs` (2 s) for what is in flight, leaves no timer. What was cut off is delivered
   * again. May be called again with less patience.
   */
  stop(graceMs?: number): Promise<void>;
}

/** How long `stop` waits for invocations in flight before it lets go of them. */
export const STOP_GRACE_MS = 2_000;

/** Lambda's limit on the payload of a synchronous invocation, and so on a batch (Lambda quotas): 6 MB. */
export const MAX_BATCH_BYTES = 6 * 1024 * 1024;

/** Bytes that the frame of an event takes around its records. */
export const EVENT_FRAME_BYTES = '{"Records":[]}'.length;

/** The event for a batch of records, each already JSON text. */
export function eventOf(records: readonly string[]): string {
  return `{"Records":[${records.join(",")}]}`;
}
