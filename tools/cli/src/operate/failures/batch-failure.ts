import { parseStreamEvent, type StreamRecord } from "@doorbell/aws-events/dynamodb-stream";
import { type ParkedRecord, readParkedRecord } from "@doorbell/batch/s3-parking";
import * as v from "valibot";
import { formatCounted } from "../../table.ts";
import type { Failure } from "./failure.ts";
import type { PlaceWords } from "./failure-hooks.ts";
import { parseJson } from "../../parse-json.ts";

/** What Lambda writes of a batch that it gave up; only a bucket gets the batch itself (AWS: services-dynamodb-errors). */
const batchSchema = v.object({
  timestamp: v.string(),
  requestContext: v.object({
    requestId: v.string(),
    functionArn: v.optional(v.string(), ""),
    condition: v.string(),
    approximateInvokeCount: v.number(),
  }),
  responseContext: v.optional(v.object({ functionError: v.nullish(v.string()) })),
  DDBStreamBatchInfo: v.object({
    shardId: v.string(),
    startSequenceNumber: v.string(),
    endSequenceNumber: v.string(),
    approximateArrivalOfFirstRecord: v.string(),
  }),
  payload: v.optional(v.union([v.string(), v.looseObject({})])),
});

/** What a service or Lambda wrote of stream records that failed, and the stream event in it, where there is one. */
export interface BatchFailure {
  readonly failure: Failure;
  /** The service that it is of; undefined where it does not say. */
  readonly service?: string;
  readonly event?: string;
}

/** What is known beside the text. */
export interface BatchFacts {
  readonly id: string;
  readonly words: PlaceWords;
  /** The object's key, where it is one. */
  readonly key?: string;
  /** When it was written, ISO 8601. */
  readonly writtenAt?: string | undefined;
  /** The service that a function's ARN stands for; undefined for an empty one where there are several. */
  readonly serviceOf: (functionArn: string) => string | undefined;
}

/** Reads what failed; undefined for a text that is neither a rejected record nor a batch that was given up. */
export function readBatchFailure(text: string, facts: BatchFacts): BatchFailure | undefined {
  const parked = readParkedRecord(text);
  if (parked !== undefined) return rejectedRecord(parked, facts);
  const batch = v.safeParse(batchSchema, parseJson(text));
  return batch.success ? givenUpBatch(batch.output, facts) : undefined;
}

function rejectedRecord(
  { reason, service, record }: ParkedRecord,
  { id, words, key, writtenAt }: BatchFacts,
): BatchFailure {
  const event = JSON.stringify({ Records: [record] });
  const madeAt = recordsIn(event)[0]?.createdAt;
  const failure: Failure = {
    id,
    place: words.place,
    kind: words.kind("record-rejected"),
    what: words.about(event) ?? formatCounted(countIn(event), "record"),
    reason,
    ...(madeAt !== undefined && { firstAt: new Date(madeAt * 1_000).toISOString() }),
    ...(writtenAt !== undefined && { lastAt: writtenAt }),
    facts: { ...(key !== undefined && { key }), service },
  };
  return { failure, service, event };
}

function givenUpBatch(batch: v.InferOutput<typeof batchSchema>, facts: BatchFacts): BatchFailure {
  const { requestContext: context, responseContext, DDBStreamBatchInfo: info, payload } = batch;
  const { id, words, key } = facts;
  const event = payload === undefined || typeof payload === "string" ? payload : JSON.stringify(payload);
  const error = responseContext?.functionError;
  const service = facts.serviceOf(context.functionArn);
  const failure: Failure = {
    id,
    place: words.place,
    kind: words.kind("batch-exhausted"),
    what: event === undefined ? "a batch" : (words.about(event) ?? formatCounted(countIn(event), "record")),
    reason: error ? `${context.condition}: ${error}` : context.condition,
    attempts: context.approximateInvokeCount,
    firstAt: info.approximateArrivalOfFirstRecord,
    lastAt: batch.timestamp,
    facts: {
      ...(key !== undefined && { key }),
      ...(service !== undefined && { service }),
      "request id": context.requestId,
      shard: info.shardId,
      "sequence numbers": `${info.startSequenceNumber} to ${info.endSequenceNumber}`,
    },
  };
  return { failure, ...(service !== undefined && { service }), ...(event !== undefined && { event }) };
}

function countIn(event: string): number {
  const envelope = parseStreamEvent(parseJson(event));
  return envelope.ok ? envelope.records.length : 0;
}

function recordsIn(event: string): readonly StreamRecord[] {
  const envelope = parseStreamEvent(parseJson(event));
  return envelope.ok ? envelope.records.flatMap((record) => (record.ok ? [record.value] : [])) : [];
}
