import { readImage, type Image } from "./attribute-value.ts";
import { type Fields, readFields, readName, readOptionalText, readText, refuseField } from "./fields.ts";
import type { ParsedBatch } from "./parsed.ts";
import { parseRecords } from "./records.ts";

/** A change of one item (AWS: "Using AWS Lambda with Amazon DynamoDB", `Record` of DynamoDB Streams). */
export interface StreamRecord {
  readonly eventId: string;
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly eventSourceArn: string;
  /** Digits; grows along the changes of one item. Too large for a JavaScript number. */
  readonly sequenceNumber: string;
  readonly keys: Image;
  /** The item after the change, where the stream's view type includes it and the item was not removed. */
  readonly newImage?: Image;
  /** The item before the change, where the stream's view type includes it and the item existed. */
  readonly oldImage?: Image;
  /** When the change was made, seconds since 1970, rounded by DynamoDB. AWS's own sample of an event leaves it out. */
  readonly createdAt?: number;
  /** `{ type: "Service", principalId: "dynamodb.amazonaws.com" }` where DynamoDB itself expired the item (TTL). */
  readonly userIdentity?: { readonly type?: string; readonly principalId?: string };
}

/**
 * Reads what Lambda hands to a function of a DynamoDB stream, whichever of the four view types the stream has. Never
 * throws on a payload. The state and bounds of a tumbling window are read by `parseTimeWindow`.
 */
export function parseStreamEvent(event: unknown): ParsedBatch<StreamRecord> {
  return parseRecords(event, contract);
}

const contract = {
  eventSource: "aws:dynamodb",
  idOf: (record: Readonly<Record<string, unknown>>) => record["eventID"],
  read: readChange,
};

const EVENT_NAMES = ["INSERT", "MODIFY", "REMOVE"] as const;
const SEQUENCE_NUMBER = /^\d{1,64}$/;

function readChange(record: Fields): StreamRecord {
  const { eventID, eventName, eventSourceARN } = record.values;
  const change = readFields(record, "dynamodb", record.values["dynamodb"]);
  const { Keys, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } = change.values;
  const newImage = readOptionalImage(change, "NewImage", NewImage);
  const oldImage = readOptionalImage(change, "OldImage", OldImage);
  const createdAt = readCreatedAt(change, ApproximateCreationDateTime);
  const userIdentity = readUserIdentity(record, record.values["userIdentity"]);
  return {
    eventId: readName(record, "eventID", eventID, "an event id"),
    eventName: readEventName(record, eventName),
    eventSourceArn: readText(record, "eventSourceARN", eventSourceARN),
    sequenceNumber: readSequenceNumber(change, SequenceNumber),
    keys: readImage(Keys, { parent: change, key: "Keys", issues: change.issues }),
    ...(newImage !== undefined && { newImage }),
    ...(oldImage !== undefined && { oldImage }),
    ...(createdAt !== undefined && { createdAt }),
    ...(userIdentity !== undefined && { userIdentity }),
  };
}

function readEventName(record: Fields, value: unknown): StreamRecord["eventName"] {
  const eventName = EVENT_NAMES.find((name) => name === value);
  if (eventName !== undefined) return eventName;
  refuseField(record, "eventName", value, "INSERT, MODIFY or REMOVE");
  return "MODIFY";
}

function readSequenceNumber(change: Fields, value: unknown): string {
  if (typeof value === "string" && SEQUENCE_NUMBER.test(value)) return value;
  refuseField(change, "SequenceNumber", value, "a sequence number, digits as text");
  return "";
}

function readCreatedAt(change: Fields, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value;
  refuseField(change, "ApproximateCreationDateTime", value, "seconds since 1970");
  return undefined;
}

function readOptionalImage(change: Fields, key: string, value: unknown): Image | undefined {
  return value === undefined || value === null
    ? undefined
    : readImage(value, { parent: change, key, issues: change.issues });
}

function readUserIdentity(record: Fields, value: unknown): StreamRecord["userIdentity"] {
  if (value === undefined || value === null) return undefined;
  const identity = readFields(record, "userIdentity", value);
  const type = readOptionalText(identity, "type", identity.values["type"]);
  const principalId = readOptionalText(identity, "principalId", identity.values["principalId"]);
  return { ...(type !== undefined && { type }), ...(principalId !== undefined && { principalId }) };
}
