import type { LambdaContext, Log } from "@doorbell/logger/log";
import { bounded } from "./bounded.ts";
import type { HandlerOptions, Handling } from "./handler-options.ts";
import { beginInvocation, DEADLINE_MARGIN_MS } from "./invocation.ts";
import { type LoggedRecord, logBatchEvent } from "./log-events.ts";
import { measureBatch } from "./measure-batch.ts";
import { recordOutcome } from "./outcome.ts";
import { type ReadRecord, readRecords, type RecordReader } from "./read-records.ts";
import { recordOutcomes } from "./record-outcomes.ts";
import { type Park, settle, type Settled } from "./settle.ts";

/** What makes one event source different from another. */
export interface BatchPlan<Source, Value, Count extends string> {
  readonly reader: RecordReader<Source, Value>;
  readonly options: HandlerOptions<Source, Count> & Handling<Value, Count>;
  readonly park: Park;
  /** Records handled, and rejected ones parked, at the same time. */
  readonly concurrency: number;
  /** How the log names a record. */
  readonly named: (id: string) => LoggedRecord;
  /** Records of one lane are handled one after another, in order. Must not throw. */
  readonly laneOf: (record: ReadRecord<Source, Value>) => string | undefined;
  /** Whether a lane ends at its first record that is retried; the later ones then wait for another delivery. */
  readonly laneStops: boolean;
}

/** A record and what became of it; a record that was not settled in time is `retried`, without an error. */
export interface SettledRecord<Source> {
  readonly id: string;
  /** Absent of a record that could not be read. */
  readonly source: Source | undefined;
  readonly settled: Settled;
}

/** A batch that has come to its end, and the log of its invocation. */
interface SettledBatch<Source> {
  readonly records: readonly SettledRecord<Source>[];
  readonly log: Log;
}

/**
 * The skeleton of every handler: reads the records of an event, runs the work lane by lane, brings each outcome to its end,
 * logs and measures, and answers in the middle of the deadline margin at the latest. Gives one entry a record, in order.
 * Throws where the event cannot be read: see `readRecords`.
 */
export async function runBatch<Source, Value, Count extends string>(
  plan: BatchPlan<Source, Value, Count>,
  event: unknown,
  context: LambdaContext,
): Promise<SettledBatch<Source>> {
  const { options, park, named, laneOf, laneStops } = plan;
  const beganAt = Date.now();
  const log = options.log.invocation(context, event);
  const { metrics } = log;
  const records = readRecords(plan.reader, event);
  logBatchEvent(log, { event: "batch.received", ids: records.map(({ id }) => id) });

  const running = beginInvocation(log, context, options.deadlineMarginMs ?? DEADLINE_MARGIN_MS);
  const ends = new Map<ReadRecord<Source, Value>, Settled>();
  try {
    const outcomeOf = recordOutcomes(options, records, running.invocation);
    const lastOfLane = new Map<string, Promise<Settled>>();
    const settleAfter = async (before: Promise<Settled> | undefined, record: ReadRecord<Source, Value>) => {
      const fields = named(record.id);
      const earlier = await before;
      if (laneStops && earlier?.end === "retried") {
        logBatchEvent(log, { event: "record.waiting", ...fields });
        return earlier;
      }
      const outcome = await outcomeOf(record, () => log.child(fields));
      if ("throttles" in outcome) metrics.count("Throttles", outcome.throttles);
      if (outcome.kind === "duplicate") metrics.count("Duplicates");
      if (outcome.kind === "conflict") metrics.count("Conflicts");
      if (outcome.kind === "duplicate" && options.once !== undefined)
        logBatchEvent(log, { event: "record.duplicate", ...fields });
      return settle(record, recordOutcome(outcome), { park, log, fields, metrics });
    };
    const work = bounded(records, plan.concurrency, async (record) => {
      const lane = laneOf(record);
      const end = settleAfter(lane === undefined ? undefined : lastOfLane.get(lane), record);
      if (lane !== undefined) lastOfLane.set(lane, end);
      ends.set(record, await end);
    });
    await Promise.race([work, running.expired]);
  } finally {
    running.end();
  }

  const settled = records.map((record) => ({
    id: record.id,
    source: record.source,
    settled: ends.get(record) ?? { end: "retried" as const },
  }));
  const count = (end: Settled["end"]) => settled.filter((each) => each.settled.end === end).length;
  const tally = { done: count("done"), rejected: count("rejected"), retried: count("retried") };
  logBatchEvent(log, { event: "batch.handled", records: records.length, ...tally });
  measureBatch(metrics, { ...tally, records, happenedAt: options.happenedAt, beganAt });
  return { records: settled, log };
}

/** The ids of the records that the event source is to deliver again. */
export function retriedIds(records: readonly SettledRecord<unknown>[]): readonly string[] {
  return records.flatMap(({ id, settled }) => (settled.end === "retried" ? [id] : []));
}
