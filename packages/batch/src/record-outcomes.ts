import type { Log } from "@doorbell/logger/log";
import type { PerRecord, WholeBatch } from "./handler-options.ts";
import { DeadlineNearError, type Invocation } from "./invocation.ts";
import { outcomeOf, outcomesOf, type Outcome } from "./outcome.ts";
import type { ReadRecord } from "./read-records.ts";

/**
 * How to come by the outcome of each record of a batch. A record that could not be parsed is rejected unseen. A
 * per-record handler is run when the outcome is asked for; a batch handler is run once, with the parsed records, and
 * not at all without any. Nothing is begun once the deadline margin has. The returned function never throws.
 */
export function recordOutcomes<R, Count extends string>(
  handler: PerRecord<R, Count> | WholeBatch<R, Count>,
  records: readonly ReadRecord<R>[],
  invocation: Invocation<Count>,
): (record: ReadRecord<R>, log: () => Log) => Promise<Outcome> {
  const { handle } = handler;
  if (handle !== undefined) {
    return async (record, log) => {
      if (!record.ok) return { kind: "rejected", reason: record.reason };
      if (invocation.remainingMs() <= 0) return { kind: "retry", error: new DeadlineNearError() };
      return outcomeOf(() => handle(record.value, { ...invocation, log: log() }));
    };
  }
  const parsed = records.filter((record) => record.ok);
  const places = new Map<ReadRecord<R>, number>(parsed.map((record, place) => [record, place]));
  const outcomes = outcomesOf(parsed.length, async () => {
    if (parsed.length === 0) return [];
    if (invocation.remainingMs() <= 0) throw new DeadlineNearError();
    return handler.handleBatch(
      parsed.map((record) => record.value),
      invocation,
    );
  });
  return async (record) => {
    if (!record.ok) return { kind: "rejected", reason: record.reason };
    return (await outcomes)(places.get(record) ?? -1);
  };
}
