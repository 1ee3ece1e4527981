import { type Fields, readFields, readInstant, readName, readOptionalText, readText, refuseField } from "./fields.ts";
import { isObject } from "./is-object.ts";
import type { ParsedBatch } from "./parsed.ts";
import { parseRecords } from "./records.ts";

/** Something happened to an object of a bucket (AWS: "Event message structure" of S3). */
export interface ObjectEvent {
  /**
   * Such as `ObjectCreated:Put` or `ObjectRemoved:Delete`; S3 may name events that are new. Never with the prefix `s3:`, which
   * configurations have and some of AWS's samples of records, too.
   */
  readonly eventName: string;
  /** When S3 finished the request, ISO 8601. */
  readonly eventTime: string;
  readonly region: string;
  readonly bucket: string;
  /** The object's key. */
  readonly key: string;
  /** The key as it came: URL-encoded with `+` for a space, except from EventBridge, which does not encode it. */
  readonly rawKey: string;
  /** Bytes. Absent from deletions. */
  readonly size?: number;
  /** Absent from deletions. */
  readonly eTag?: string;
  /** Only where the bucket keeps versions. */
  readonly versionId?: string;
  /** Puts the events of one key in order, see {@link compareSequencers}. Only puts and deletes have one. */
  readonly sequencer?: string;
}

/**
 * Reads what Lambda hands to a function of a bucket. Never throws on a payload. The `s3:TestEvent` that S3 sends when
 * notifications are set up is an event without records. Records have no id of their own. `path` is where the event sits in
 * a larger payload.
 */
export function parseS3Event(event: unknown, path = ""): ParsedBatch<ObjectEvent> {
  if (isObject(event) && event["Event"] === "s3:TestEvent") return { ok: true, records: [] };
  return parseRecords(event, contract, path);
}

const contract = { eventSource: "aws:s3", read: readObjectEvent };

/**
 * Which of two events of the **same key** came later: negative when `a` came first, 0 when they are one event. The
 * values are hexadecimal and of different lengths, the shorter one padded with zeros on the right (AWS: "Event message
 * structure"). Says nothing about events of different keys.
 */
export function compareSequencers(a: string, b: string): number {
  const digits = Math.max(a.length, b.length);
  const left = a.toLowerCase().padEnd(digits, "0");
  const right = b.toLowerCase().padEnd(digits, "0");
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function readObjectEvent(record: Fields): ObjectEvent {
  const { eventName, eventTime, awsRegion } = record.values;
  const s3 = readFields(record, "s3", record.values["s3"]);
  const bucket = readFields(s3, "bucket", s3.values["bucket"]);
  const object = readFields(s3, "object", s3.values["object"]);
  const rawKey = readName(object, "key", object.values["key"], "an object key");
  return {
    eventName: readName(record, "eventName", eventName, "an event name").replace(/^s3:/, ""),
    eventTime: readInstant(record, "eventTime", eventTime),
    region: readText(record, "awsRegion", awsRegion),
    bucket: readName(bucket, "name", bucket.values["name"], "a bucket name"),
    key: decodeKey(object, rawKey),
    rawKey,
    ...readObjectFacts(object, "eTag", "versionId"),
  };
}

/** What only some events tell of an object. EventBridge spells two of the keys in another way. */
export function readObjectFacts(object: Fields, eTagKey: string, versionIdKey: string) {
  const { values } = object;
  const facts: { size?: number; eTag?: string; versionId?: string; sequencer?: string } = {};
  const size = readSize(object, values["size"]);
  const eTag = readOptionalText(object, eTagKey, values[eTagKey]);
  const versionId = readOptionalText(object, versionIdKey, values[versionIdKey]);
  const sequencer = readOptionalText(object, "sequencer", values["sequencer"]);
  if (size !== undefined) facts.size = size;
  if (eTag !== undefined) facts.eTag = eTag;
  if (versionId !== undefined) facts.versionId = versionId;
  if (sequencer !== undefined) facts.sequencer = sequencer;
  return facts;
}

function readSize(object: Fields, size: unknown): number | undefined {
  if (typeof size === "number" && Number.isSafeInteger(size) && size >= 0) return size;
  if (size !== undefined && size !== null) refuseField(object, "size", size, "a count of bytes");
  return undefined;
}

/** Refuses what no encoder writes: a lone `%`, or bytes that are not UTF-8. */
function decodeKey(object: Fields, rawKey: string): string {
  try {
    return decodeURIComponent(rawKey.replaceAll("+", " "));
  } catch {
    refuseField(object, "key", rawKey, "a URL-encoded key");
    return "";
  }
}
