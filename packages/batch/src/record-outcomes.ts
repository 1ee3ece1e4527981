import type { Log } from "@doorbell/logger/log";
import type { Handling } from "./handler-options.ts";
import { DeadlineNearError, type Invocation } from "./invocation.ts";
import { type IdempotencyOutcome, outcomeOf, outcomesOf, type Outcome } from "./outcome.ts";
import type { ReadRecord } from "./read-records.ts";

/** How to come by the outcome of one record. Never throws. */
export type OutcomeOf<Source, Value> = (
  record: ReadRecord<Source, Value>,
  log: () => Log,
) => Promise<Outcome | IdempotencyOutcome>;

/**
 * How to come by the outcome of each record of a batch. A record that could not be read is rejected unseen. A
 * per-record handler is run when the outcome is asked for; a batch handler is run once, with the values that could be read, and
 * not at all without any. Nothing is begun once the deadline margin has. The returned function never throws.
 */
export function recordOutcomes<Source, Value, Count extends string>(
  handler: Handling<Value, Count>,
  records: readonly ReadRecord<Source, Value>[],
  invocation: Invocation<Count>,
): OutcomeOf<Source, Value> {
  if (handler.handleBatch === undefined) {
    const { handle, apply, once } = handler;
    return async (record, log) => {
      if (!record.ok) return record.outcome;
      if (invocation.remainingMs() <= 0) return { kind: "retry", error: new DeadlineNearError() };
      const { value } = record;
      const own = { ...invocation, log: log() };
      if (apply !== undefined) return outcomeOf(() => apply(value, own));
      return once === undefined
        ? outcomeOf(() => handle(value, own))
        : once.by.runRecord(once, value, own, (lease) => handle(value, { ...own, ...lease }));
    };
  }
  const readable = records.filter((record) => record.ok);
  const places = new Map<ReadRecord<Source, Value>, number>(readable.map((record, place) => [record, place]));
  const outcomes = outcomesOf(readable.length, async () => {
    if (readable.length === 0) return [];
    if (invocation.remainingMs() <= 0) throw new DeadlineNearError();
    return handler.handleBatch(
      readable.map(({ value }) => value),
      invocation,
    );
  });
  return async (record) => {
    if (!record.ok) return record.outcome;
    return (await outcomes)[places.get(record) ?? -1] ?? { kind: "retry", error: undefined };
  };
}
