import { auditEntryOf } from "@doorbell/audit-trail/audit-entry";
import { auditedOrders, type OrderEntry } from "@doorbell/change-audit/audited-orders";
import { parseStreamEvent, type StreamRecord } from "@doorbell/aws-events/dynamodb-stream";
import * as v from "valibot";
import { formatCounted } from "../../table.ts";
import type { Failure } from "./failure.ts";
import { parseJson } from "./parse-json.ts";

const PLACE = "failures bucket";

/** What `change-audit` writes of one record (`parkInBucket` of the batch package). */
const rejectedSchema = v.object({ reason: v.string(), service: v.string(), record: v.looseObject({}) });

/** What Lambda writes of a batch that it gave up, where the destination is a bucket (AWS: services-dynamodb-errors). */
const batchSchema = v.object({
  timestamp: v.string(),
  requestContext: v.object({
    requestId: v.string(),
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
  payload: v.union([v.string(), v.looseObject({})]),
});

/** An object of the failures bucket: what failed, and the stream event in it, where there is one. */
export interface ChangeFailure {
  readonly failure: Failure;
  readonly event?: string;
}

/** What an object says. `id` is the failure's, `text` the object's body, `writtenAt` when it was written, ISO 8601. */
export function readChangeFailure(object: {
  readonly id: string;
  readonly key: string;
  readonly text: string;
  readonly writtenAt: string | undefined;
}): ChangeFailure {
  const { id, key, text, writtenAt } = object;
  const value = parseJson(text);
  const common = { id, place: PLACE, ...(writtenAt !== undefined && { lastAt: writtenAt }) };
  const rejected = v.safeParse(rejectedSchema, value);
  if (rejected.success) {
    const { reason, service, record } = rejected.output;
    const event = JSON.stringify({ Records: [record] });
    const madeAt = changesIn(event)[0]?.createdAt;
    const failure: Failure = {
      ...common,
      kind: "change-rejected",
      what: describeChanges(event),
      reason,
      ...(madeAt !== undefined && { firstAt: new Date(madeAt * 1_000).toISOString() }),
      facts: { key, service },
    };
    return { failure, event };
  }
  const batch = v.safeParse(batchSchema, value);
  const kind = key.startsWith("rejected/") ? "change-rejected" : "batch-exhausted";
  if (!batch.success) {
    const reason = 'the object is no record of a failure; read it with "failures show"';
    return { failure: { ...common, kind, what: "an unknown object", reason, facts: { key } } };
  }
  const { requestContext: context, responseContext, DDBStreamBatchInfo: info, payload } = batch.output;
  const event = typeof payload === "string" ? payload : JSON.stringify(payload);
  const error = responseContext?.functionError;
  const failure: Failure = {
    ...common,
    kind,
    what: describeChanges(event),
    reason: error ? `${context.condition}: ${error}` : context.condition,
    attempts: context.approximateInvokeCount,
    firstAt: info.approximateArrivalOfFirstRecord,
    lastAt: batch.output.timestamp,
    facts: {
      key,
      service: "change-audit",
      "request id": context.requestId,
      shard: info.shardId,
      "sequence numbers": `${info.startSequenceNumber} to ${info.endSequenceNumber}`,
    },
  };
  return { failure, event };
}

/** The audit entries that the changes of an event make; undefined where one of them makes none. */
export function entriesOf(event: string): readonly OrderEntry[] | undefined {
  const envelope = parseStreamEvent(parseJson(event));
  if (!envelope.ok) return undefined;
  const audited = envelope.records.map((record) => (record.ok ? auditEntryOf(record.value, auditedOrders) : undefined));
  const entries = audited.flatMap((result) => (result?.ok ? [result.entry] : []));
  return entries.length === audited.length ? entries : undefined;
}

function changesIn(event: string): readonly StreamRecord[] {
  const envelope = parseStreamEvent(parseJson(event));
  return envelope.ok ? envelope.records.flatMap((record) => (record.ok ? [record.value] : [])) : [];
}

/** `3 changes of orders A, B` */
function describeChanges(event: string): string {
  const envelope = parseStreamEvent(parseJson(event));
  const count = envelope.ok ? envelope.records.length : 0;
  const orders = new Set(changesIn(event).flatMap(({ keys: { id } }) => (id && "S" in id ? [id.S] : [])));
  const changes = formatCounted(count, "change");
  return orders.size === 0
    ? changes
    : `${changes} of ${orders.size === 1 ? "order" : "orders"} ${[...orders].join(", ")}`;
}
