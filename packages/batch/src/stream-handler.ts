import type { LambdaContext } from "@doorbell/logger/log";
import { bounded } from "./bounded.ts";
import {
  type BatchResponse,
  CONCURRENCY,
  type HandlerOptions,
  type PerRecord,
  type WholeBatch,
} from "./handler-options.ts";
import { beginInvocation, DEADLINE_MARGIN_MS } from "./invocation.ts";
import { measureBatch } from "./measure-batch.ts";
import { property, type ReadRecord, readRecords } from "./read-records.ts";
import { recordOutcomes } from "./record-outcomes.ts";
import { compareSequenceNumbers } from "./sequence-number.ts";
import { type Park, settle, type Settled, tally } from "./settle.ts";

/** A stream handler takes records one by one in order per key (`handle`) or all at once (`handleBatch`). */
export type StreamHandlerOptions<R, Count extends string> = HandlerOptions<R, Count> & {
  readonly park: Park;
  /** Records with equal keys are handled one after another. Must not throw. */
  readonly keyOf: (record: R) => string;
  /** Records of different keys handled at the same time; `CONCURRENCY` by default. */
  readonly concurrency?: number;
} & (PerRecord<R, Count> | WholeBatch<R, Count>);

/**
 * A Lambda handler for a DynamoDB stream whose mapping reports batch item failures.
 *
 *     export const handler = streamHandler({ parse: parseStreamEvent, log, park: parkInBucket({ … }), keyOf, handle });
 *
 * Records are taken in the stream's order. A key stops at its first failure: its later records wait for the next
 * delivery, while other keys go on, so that one bad record does not hold up the rest of the shard. A rejected and
 * parked record does not stop its key. The answer is the lowest sequence number that is not settled, for that is the
 * checkpoint: everything from there is delivered again, and work runs again for what had succeeded. A batch handler
 * keeps the order per key by itself.
 * Throws, so that the whole batch is delivered again: `UnexpectedEventError`, `UnidentifiedRecordError`.
 * AWS: Lambda Developer Guide, "Configuring partial batch response with DynamoDB and Lambda".
 */
export function streamHandler<R extends { readonly sequenceNumber: string }, Count extends string>(
  options: StreamHandlerOptions<R, Count>,
): (event: unknown, context: LambdaContext) => Promise<BatchResponse> {
  const { park, keyOf, concurrency = CONCURRENCY, deadlineMarginMs = DEADLINE_MARGIN_MS } = options;
  return async (event, context) => {
    const beganAt = Date.now();
    const log = options.log.invocation(context, event);
    const { metrics } = log;
    const records = readRecords("DynamoDB Streams", event, options.parse(event), (parsed, raw) =>
      parsed.ok ? parsed.value.sequenceNumber : rawSequenceNumber(raw),
    );
    // Before anything can go wrong: whoever follows a record must see that it came.
    log.info({ ids: records.map(({ id }) => id) }, "batch received");
    const running = beginInvocation(log, context, deadlineMarginMs);
    const settled = new Map<ReadRecord<R>, Settled>();
    try {
      const outcome = recordOutcomes(options, records, running.invocation);
      const lastOfKey = new Map<string, Promise<Settled>>();
      const settleAfter = async (before: Promise<Settled> | undefined, record: ReadRecord<R>): Promise<Settled> => {
        const fields = { sequenceNumber: record.id };
        if (before !== undefined && (await before) === "retried") {
          log.info(fields, "record waits for an earlier one of its key, to be delivered again");
          return "retried";
        }
        return settle(record, await outcome(record, () => log.child(fields)), { park, log, fields, metrics });
      };
      const work = bounded(records, concurrency, async (record) => {
        const key = record.ok ? keyOf(record.value) : undefined; // what could not be parsed has no known key
        const end = settleAfter(key === undefined ? undefined : lastOfKey.get(key), record);
        if (key !== undefined) lastOfKey.set(key, end);
        settled.set(record, await end);
      });
      await Promise.race([work, running.expired]);
    } finally {
      running.end();
    }
    const ends = tally(records.length, settled.values());
    log.info(ends, "batch handled");
    measureBatch(metrics, { ...ends, records, happenedAt: options.happenedAt, beganAt });
    const failed = records.filter((record) => (settled.get(record) ?? "retried") === "retried");
    const [lowest] = failed.map(({ id }) => id).sort(compareSequenceNumbers);
    return { batchItemFailures: lowest === undefined ? [] : [{ itemIdentifier: lowest }] };
  };
}

/** Where the rest of a record does not parse, its sequence number may still be there. */
function rawSequenceNumber(raw: unknown): string | undefined {
  const found = property(property(raw, "dynamodb"), "SequenceNumber");
  return typeof found === "string" && /^\d{1,64}$/.test(found) ? found : undefined;
}
