import { type Fields, readFields, readName, readOptionalText, readText, refuseField } from "./fields.ts";
import { MAX_ISSUES } from "./issue.ts";
import type { ParsedBatch } from "./parsed.ts";
import { parseRecords } from "./records.ts";

/** An attribute that the sender put on a message. Which value is there follows from `dataType`; binary is base64. */
interface MessageAttribute {
  /** `String`, `Number` or `Binary`, each with an optional custom part as in `Number.cents`. */
  readonly dataType: string;
  readonly stringValue?: string;
  readonly binaryValue?: string;
}

/** A message of a queue, standard or FIFO, as Lambda delivers it (AWS: "Using Lambda with Amazon SQS"). */
export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** The body as it was sent: any text, also an empty one. */
  readonly body: string;
  /** How often the message was received, this time included. */
  readonly receiveCount: number;
  readonly eventSourceArn: string;
  /** What SQS says of the message, as text: `SentTimestamp` (see {@link sentAtOf}), `MessageGroupId`, `SequenceNumber` and so on. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What the sender says of the message. */
  readonly messageAttributes: Readonly<Record<string, MessageAttribute>>;
}

/**
 * Reads what Lambda hands to a function of a queue. Never throws on a payload. MD5 sums are not looked at: Lambda has
 * verified the message when it received it.
 */
export function parseSqsEvent(event: unknown): ParsedBatch<QueueMessage> {
  return parseRecords(event, contract);
}

/**
 * When a message was sent, milliseconds since 1970; undefined where SQS does not say so in digits. Not a field, since the
 * conversion would take a third of the time of parsing, and most services never ask.
 */
export function sentAtOf({ attributes }: Pick<QueueMessage, "attributes">): number | undefined {
  return countOf(attributes["SentTimestamp"]);
}

const contract = {
  eventSource: "aws:sqs",
  idOf: (record: Readonly<Record<string, unknown>>) => record["messageId"],
  read: readMessage,
};

function readMessage(record: Fields): QueueMessage {
  const { messageId, receiptHandle, body, eventSourceARN, messageAttributes } = record.values;
  const attributes = readFields(record, "attributes", record.values["attributes"]);
  const { ApproximateReceiveCount, SentTimestamp } = attributes.values;
  readText(attributes, "SentTimestamp", SentTimestamp);
  return {
    messageId: readName(record, "messageId", messageId, "a message id"),
    receiptHandle: readName(record, "receiptHandle", receiptHandle, "a receipt handle"),
    body: readText(record, "body", body),
    receiveCount: readCount(attributes, "ApproximateReceiveCount", ApproximateReceiveCount),
    eventSourceArn: readText(record, "eventSourceARN", eventSourceARN),
    attributes: textsOf(attributes.values),
    messageAttributes: readMessageAttributes(record, messageAttributes),
  };
}

function readCount(fields: Fields, key: string, value: unknown): number {
  const count = countOf(value);
  if (count !== undefined) return count;
  refuseField(fields, key, value, "a whole number as text");
  return 0;
}

/** Up to 15 digits, which a number holds exactly. By hand, since a pattern and `Number` took half of a record's time. */
function countOf(text: unknown): number | undefined {
  if (typeof text !== "string") return undefined;
  const { length } = text;
  if (length === 0 || length > 15) return undefined;
  let count = 0;
  for (let place = 0; place < length; place++) {
    const digit = text.charCodeAt(place) - 48;
    if (digit < 0 || digit > 9) return undefined;
    count = count * 10 + digit;
  }
  return count;
}

/** All system attributes are text today; another kind that may come one day is left out rather than refused. */
function textsOf(attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  if (isTexts(attributes)) return attributes;
  // `fromEntries` makes even `__proto__` a plain property.
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function isTexts(attributes: Readonly<Record<string, unknown>>): attributes is Readonly<Record<string, string>> {
  for (const name in attributes) if (typeof attributes[name] !== "string") return false;
  return true;
}

function readMessageAttributes(record: Fields, input: unknown): Record<string, MessageAttribute> {
  const attributes: Record<string, MessageAttribute> = {};
  if (input === undefined || input === null) return attributes;
  const named = readFields(record, "messageAttributes", input);
  for (const name in named.values) {
    if (record.issues.length >= MAX_ISSUES) break;
    const attribute = readAttribute(readFields(named, name, named.values[name]));
    if (name === "__proto__") defineField(attributes, name, attribute);
    else attributes[name] = attribute;
  }
  return attributes;
}

/** Makes even `__proto__` a plain property, which an assignment would not. */
function defineField(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Spelled out for each case: optional properties by spreading took longer than all the rest. */
function readAttribute(attribute: Fields): MessageAttribute {
  const { values } = attribute;
  const dataType = readText(attribute, "dataType", values["dataType"]);
  const stringValue = readOptionalText(attribute, "stringValue", values["stringValue"]);
  const binaryValue = readOptionalText(attribute, "binaryValue", values["binaryValue"]);
  if (binaryValue === undefined) return stringValue === undefined ? { dataType } : { dataType, stringValue };
  return stringValue === undefined ? { dataType, binaryValue } : { dataType, stringValue, binaryValue };
}
