import { randomUUID } from "node:crypto";
import type { Buckets } from "../../emulators/buckets.ts";
import type { Queues } from "../../emulators/queues.ts";
import type { Topics } from "../../emulators/topics.ts";
import { eventOf } from "../event-source.ts";
import type { StreamItem } from "./stream-event.ts";

/** Why a batch was given up. */
export type DiscardCondition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** A batch that was given up. */
export interface DiscardedBatch {
  /** Never empty, in the order of the shard. */
  readonly items: readonly StreamItem[];
  readonly condition: DiscardCondition;
  /** Of the last invocation. */
  readonly requestId: string;
  readonly invokeCount: number;
  /** Null after partial failures, or when nothing ran. */
  readonly functionError: string | null;
}

/** Where the batches of one mapping end that were given up. */
export interface FailureDestination {
  /** @throws where the queue, topic or bucket does not exist */
  send(batch: DiscardedBatch, shardId: string, streamArn: string): void;
}

/**
 * The on-failure destination of a stream mapping (AWS: services-dynamodb-errors). A queue or topic gets the record of the
 * failure with pointers into the stream; a bucket gets the same with the whole batch in `payload`, the event as an escaped JSON
 * string, in an object named `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<UUID>`.
 */
export function createFailureDestination(options: {
  readonly arn: string;
  readonly mappingUuid: string;
  readonly functionArn: string;
  readonly queues: Pick<Queues, "send">;
  readonly topics: Pick<Topics, "publish">;
  readonly buckets: Pick<Buckets, "put">;
}): FailureDestination {
  const { arn } = options;
  return {
    send(batch, shardId, streamArn) {
      const now = new Date();
      const record = failureRecord(batch, { shardId, streamArn, functionArn: options.functionArn, now });
      const body = JSON.stringify(record);
      if (arn.startsWith("arn:aws:sqs:")) return options.queues.send(arn, { body });
      if (arn.startsWith("arn:aws:sns:")) return void options.topics.publish(arn, { body });
      const payload = eventOf(batch.items.map(({ text }) => text));
      const key = failureObjectKey(options.mappingUuid, shardId, now);
      options.buckets.put(arn.slice(arn.lastIndexOf(":") + 1), key, JSON.stringify({ ...record, payload }));
    },
  };
}

/** The invocation record of a batch that was given up. */
export function failureRecord(
  batch: DiscardedBatch,
  facts: { readonly shardId: string; readonly streamArn: string; readonly functionArn: string; readonly now: Date },
): object {
  const first = batch.items[0];
  const last = batch.items.at(-1);
  return {
    requestContext: {
      requestId: batch.requestId,
      functionArn: facts.functionArn,
      condition: batch.condition,
      approximateInvokeCount: batch.invokeCount,
    },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: batch.functionError },
    version: "1.0",
    timestamp: facts.now.toISOString(),
    DDBStreamBatchInfo: {
      shardId: facts.shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: toSecond(first?.arrivedAt),
      approximateArrivalOfLastRecord: toSecond(last?.arrivedAt),
      batchSize: batch.items.length,
      streamArn: facts.streamArn,
    },
  };
}

function failureObjectKey(mappingUuid: string, shardId: string, now: Date): string {
  const [day = "", time = ""] = now.toISOString().slice(0, 19).split("T");
  return `aws/lambda/${mappingUuid}/${shardId}/${day.replaceAll("-", "/")}/${day}T${time.replaceAll(":", ".")}-${randomUUID()}`;
}

function toSecond(time: number | undefined): string {
  return `${new Date(time ?? 0).toISOString().slice(0, 19)}Z`;
}
