import { parseStreamEvent, type StreamRecord } from "@doorbell/aws-events/dynamodb-stream";
import type { LambdaContext } from "@doorbell/logger/log";
import { type BatchResponse, CONCURRENCY, type HandlerOptions, type Handling } from "./handler-options.ts";
import { property } from "./read-records.ts";
import { type BatchPlan, retriedIds, runBatch } from "./run-batch.ts";
import { compareSequenceNumbers } from "./sequence-number.ts";
import type { Park } from "./settle.ts";

/** A stream handler takes records one by one in order per key (`handle`) or all at once (`handleBatch`). */
export type StreamHandlerOptions<Count extends string> = HandlerOptions<StreamRecord, Count> & {
  readonly park: Park;
  /** Records with equal keys are handled one after another. Must not throw. */
  readonly keyOf: (record: StreamRecord) => string;
  /** Records of different keys handled at the same time; `CONCURRENCY` by default. */
  readonly concurrency?: number;
} & Handling<StreamRecord, Count>;

/**
 * A Lambda handler for a DynamoDB stream whose mapping reports batch item failures.
 *
 *     export const handler = streamHandler({ log, park: parkInBucket({ … }), keyOf, handle });
 *
 * Records are taken in the stream's order. A key stops at its first failure: its later records wait for the next
 * delivery, while other keys go on, so that one bad record does not hold up the rest of the shard. A rejected and
 * parked record does not stop its key. The answer is the lowest sequence number that is not settled, for that is the
 * checkpoint: everything from there is delivered again, and work runs again for what had succeeded. A batch handler
 * keeps the order per key by itself.
 * Throws, so that the whole batch is delivered again: `UnexpectedEventError`, `UnidentifiedRecordError`.
 * AWS: Lambda Developer Guide, "Configuring partial batch response with DynamoDB and Lambda".
 */
export function streamHandler<Count extends string>(
  options: StreamHandlerOptions<Count>,
): (event: unknown, context: LambdaContext) => Promise<BatchResponse> {
  const { park, keyOf, concurrency = CONCURRENCY } = options;
  const plan: BatchPlan<StreamRecord, StreamRecord, Count> = {
    reader: {
      name: "DynamoDB Streams",
      parse: parseStreamEvent,
      idOf: (parsed, raw) => (parsed.ok ? parsed.value.sequenceNumber : rawSequenceNumber(raw)),
      read: (record) => ({ ok: true, value: record }),
    },
    options,
    park,
    concurrency,
    named: (sequenceNumber) => ({ sequenceNumber }),
    laneOf: (record) => (record.ok ? keyOf(record.value) : undefined), // what could not be read has no known key
    laneStops: true,
  };
  return async (event, context) => {
    const { records } = await runBatch(plan, event, context);
    const failed = retriedIds(records);
    const [lowest] = failed.toSorted(compareSequenceNumbers);
    return { batchItemFailures: lowest === undefined ? [] : [{ itemIdentifier: lowest }] };
  };
}

/** Where the rest of a record does not parse, its sequence number may still be there. */
function rawSequenceNumber(raw: unknown): string | undefined {
  const found = property(property(raw, "dynamodb"), "SequenceNumber");
  return typeof found === "string" && /^\d{1,64}$/.test(found) ? found : undefined;
}
