import { type BusEvent, isBusEvent, parseEventBridgeEvent } from "./event-bridge.ts";
import { type Fields, readFields, readName } from "./fields.ts";
import { isObject } from "./is-object.ts";
import { EXPECTED_INSTANT, isInstant } from "./calendar.ts";
import { issueAt, joinPath } from "./issue.ts";
import type { ParsedBatch, Issue, Parsed, ParsedRecord } from "./parsed.ts";
import { sourceOf } from "./event-source.ts";
import { type ObjectEvent, parseS3Event, readObjectFacts } from "./s3.ts";
import { parseSnsEvent } from "./sns.ts";
import { parseSqsEvent } from "./sqs.ts";

/** The record of the batch that an object event came in. */
type Carrier = { readonly index: number; readonly id?: string };

/**
 * Reads what happened to objects, whichever way it came: from the bucket, through a queue, through a topic, through both
 * (wrapped by SNS or raw), or through EventBridge. Never throws on a payload.
 * Records carry the index and the id of the queue or topic message, or of the bus event, that brought them; one message may bring several, and
 * a test event of S3 brings none. Paths go on into the message: `Records[0].body.Records[0].s3.object.key`.
 */
export function parseObjectEvents(event: unknown): ParsedBatch<ObjectEvent> {
  if (isBusEvent(event)) return { ok: true, records: [fromBus(event, "")] };
  const first: unknown = isObject(event) && Array.isArray(event["Records"]) ? event["Records"][0] : undefined;
  const source = sourceOf(first);
  if (source === "aws:sqs") return unpack(parseSqsEvent(event), (message) => message.body, "body");
  if (source === "aws:sns") return unpack(parseSnsEvent(event), (message) => message.message, "Sns.Message");
  return parseS3Event(event);
}

function unpack<T>(envelope: ParsedBatch<T>, textOf: (message: T) => string, field: string): ParsedBatch<ObjectEvent> {
  if (!envelope.ok) return envelope;
  const records = envelope.records.flatMap((record) =>
    record.ok ? fromText(textOf(record.value), `Records[${record.index}].${field}`, carrierOf(record)) : [record],
  );
  return { ok: true, records };
}

function carrierOf({ index, id }: Carrier): Carrier {
  return id === undefined ? { index } : { index, id };
}

function fromText(text: string, path: string, carrier: Carrier): readonly ParsedRecord<ObjectEvent>[] {
  const json = parseJson(text);
  if (json === undefined) return [{ ok: false, issues: [issueAt(path, "JSON", text)], ...carrier }];
  const { value } = json;
  // A topic hands a queue its message in an envelope of its own, unless raw delivery is switched on.
  if (isObject(value) && value["Type"] === "Notification" && typeof value["Message"] === "string") {
    return fromText(value["Message"], joinPath(path, "Message"), carrier);
  }
  if (isBusEvent(value)) return [{ ...fromBus(value, path), ...carrier }];
  const envelope = parseS3Event(value, path);
  return envelope.ok ? envelope.records.map((record) => ({ ...record, ...carrier })) : [{ ...envelope, ...carrier }];
}

function fromBus(event: Record<string, unknown>, path: string): ParsedRecord<ObjectEvent> {
  const bus = parseEventBridgeEvent(event, path);
  if (!bus.ok) return { ...bus, index: 0 };
  return { ...objectEventOf(bus.value, path), index: 0, id: bus.value.id };
}

function objectEventOf(event: BusEvent, path: string): Parsed<ObjectEvent> {
  const { source, time, region } = event;
  if (source !== "aws.s3") return { ok: false, issues: [issueAt(joinPath(path, "source"), "aws.s3", source)] };
  const issues: Issue[] = [];
  if (!isInstant(time)) issues.push(issueAt(joinPath(path, "time"), EXPECTED_INSTANT, time));
  const detail: Fields = { values: event.detail, parent: undefined, key: joinPath(path, "detail"), issues };
  const object = readFields(detail, "object", event.detail["object"]);
  const bucket = readFields(detail, "bucket", event.detail["bucket"]);
  const key = readName(object, "key", object.values["key"], "an object key");
  const value = {
    eventName: eventNameOf(event),
    eventTime: time,
    region,
    bucket: readName(bucket, "name", bucket.values["name"], "a bucket name"),
    key,
    rawKey: key,
    ...readObjectFacts(object, "etag", "version-id"),
  };
  return issues.length === 0 ? { ok: true, value } : { ok: false, issues };
}

/** What S3's own notifications call the same thing (AWS: "Amazon S3 event notification types and destinations"). */
function eventNameOf({ detailType, detail }: BusEvent): string {
  const reason = typeof detail["reason"] === "string" ? detail["reason"] : "";
  if (detailType === "Object Created") return `ObjectCreated:${CREATED_BY.get(reason) ?? reason}`;
  if (detailType === "Object Deleted") {
    const family = reason === "Lifecycle Expiration" ? "LifecycleExpiration" : "ObjectRemoved";
    return `${family}:${detail["deletion-type"] === "Delete Marker Created" ? "DeleteMarkerCreated" : "Delete"}`;
  }
  return EVENT_NAMES.get(detailType) ?? detailType;
}

const CREATED_BY = new Map([
  ["PutObject", "Put"],
  ["POST Object", "Post"],
  ["CopyObject", "Copy"],
]);

const EVENT_NAMES = new Map([
  ["Object Restore Initiated", "ObjectRestore:Post"],
  ["Object Restore Completed", "ObjectRestore:Completed"],
  ["Object Restore Expired", "ObjectRestore:Delete"],
  ["Object Storage Class Changed", "LifecycleTransition"],
  ["Object Access Tier Changed", "IntelligentTiering"],
  ["Object ACL Updated", "ObjectAcl:Put"],
  ["Object Tags Added", "ObjectTagging:Put"],
  ["Object Tags Deleted", "ObjectTagging:Delete"],
]);

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}
