import { type Message, type MessageAttributeValue, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { awsClient } from "@doorbell/aws-client/aws-client";
import { property, type RejectedRecord } from "./read-records.ts";
import { storableReason } from "./reason.ts";
import type { Park } from "./settle.ts";

/** Attributes that one SQS message can carry. AWS: SQS Developer Guide, "Amazon SQS message quotas". */
const ATTRIBUTE_LIMIT = 10;

/** Bytes of one SQS message, its attributes' names, types and values included (same page). */
export const MESSAGE_LIMIT_BYTES = 1_048_576;

/** The message attributes that say what happened; {@link readParkedMessage} reads them. */
const NAMES = {
  reason: "DoorbellReason",
  service: "DoorbellService",
  messageId: "DoorbellMessageId",
  parkedAt: "DoorbellParkedAt",
  receiveCount: "DoorbellReceiveCount",
  sentAt: "DoorbellSentAt",
} as const;

const ADDED: ReadonlySet<string> = new Set(Object.values(NAMES));

/** Reason, service, message id and time of parking always go in. */
const REQUIRED = 4;

/**
 * Parks rejected messages in a queue, usually the dead-letter queue. The body is untouched, so sending it back is a
 * plain resend; `DoorbellReason`, `DoorbellService`, `DoorbellMessageId` and `DoorbellParkedAt` say what happened, and
 * of the sender's attributes as many follow as SQS allows. Where there is room left, `DoorbellReceiveCount` and
 * `DoorbellSentAt` say how often the message was received and when it was sent. The reason is shortened where the
 * message would be too large. The message keeps its group, whose order a FIFO queue keeps and by which a
 * standard queue is fair. `client` is one with `CALL_LIMITS` by default. Throws where the message does not go in: a body so near the limit that nothing fits beside it, a record
 * without a body, or SQS's own error. Calls `SendMessage` once.
 */
export function parkInQueue(options: {
  readonly client?: SQSClient;
  readonly queueUrl: string;
  readonly service: string;
  readonly now?: () => Date;
}): Park {
  const { client = awsClient(SQSClient, {}), queueUrl, service, now = () => new Date() } = options;
  return async (record, reason) => {
    const body = property(record.raw, "body");
    if (typeof body !== "string") throw new NoBodyError(record.id);
    const sent = sentAttributes(record).filter(([name]) => !ADDED.has(name));
    const attributes: Attributes = {
      ...Object.fromEntries([...sent, ...deliveryFacts(record)].slice(0, ATTRIBUTE_LIMIT - REQUIRED)),
      [NAMES.reason]: text(""),
      [NAMES.service]: text(service),
      [NAMES.messageId]: text(record.id),
      [NAMES.parkedAt]: text(now().toISOString()),
    };
    const left = MESSAGE_LIMIT_BYTES - Buffer.byteLength(body) - sizeOf(attributes);
    attributes[NAMES.reason] = text(storableReason(reason, Math.max(left, SHORTEST_REASON_BYTES)));
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        ...groupFields(record, queueUrl.endsWith(".fifo")),
        MessageAttributes: attributes,
      }),
    );
  };
}

/** A reason is never cut below this; a message without room for it is refused by SQS, and so delivered again. */
const SHORTEST_REASON_BYTES = 16;

type Attributes = Record<string, MessageAttributeValue>;

function text(value: string): MessageAttributeValue {
  return { DataType: "String", StringValue: value };
}

/** Told only where the sender's attributes leave room. */
function deliveryFacts(record: RejectedRecord): readonly [string, MessageAttributeValue][] {
  const attributes = property(record.raw, "attributes");
  const receiveCount = Number(property(attributes, "ApproximateReceiveCount") ?? Number.NaN);
  const sentAt = new Date(Number(property(attributes, "SentTimestamp") ?? Number.NaN));
  const facts: [string, MessageAttributeValue][] = [];
  if (Number.isSafeInteger(receiveCount))
    facts.push([NAMES.receiveCount, { DataType: "Number", StringValue: String(receiveCount) }]);
  if (!Number.isNaN(sentAt.getTime())) facts.push([NAMES.sentAt, text(sentAt.toISOString())]);
  return facts;
}

/** The attributes of a message in a Lambda event, in the form in which SQS takes them; binaries come in base64. */
function sentAttributes(record: RejectedRecord): readonly [string, MessageAttributeValue][] {
  const found = property(record.raw, "messageAttributes");
  if (typeof found !== "object" || found === null) return [];
  return Object.entries(found).flatMap(([name, attribute]: [string, unknown]): [string, MessageAttributeValue][] => {
    const type = property(attribute, "dataType");
    const string = property(attribute, "stringValue");
    const binary = property(attribute, "binaryValue");
    if (typeof type !== "string") return [];
    if (typeof string === "string" && string !== "") return [[name, { DataType: type, StringValue: string }]];
    if (typeof binary !== "string" || binary === "") return [];
    return [[name, { DataType: type, BinaryValue: Buffer.from(binary, "base64") }]];
  });
}

/** In a FIFO queue parking it twice, as after a crash, is one message for five minutes. AWS: SQS API reference, `SendMessage`. */
function groupFields(
  record: RejectedRecord,
  fifo: boolean,
): { MessageGroupId?: string; MessageDeduplicationId?: string } {
  const found = property(property(record.raw, "attributes"), "MessageGroupId");
  const group = typeof found === "string" ? { MessageGroupId: found } : {};
  return fifo ? { MessageGroupId: record.id, ...group, MessageDeduplicationId: record.id } : group;
}

function sizeOf(attributes: Attributes): number {
  return Object.entries(attributes)
    .flatMap(([name, { DataType = "", StringValue = "", BinaryValue }]) => [
      Buffer.byteLength(name),
      Buffer.byteLength(DataType),
      BinaryValue?.byteLength ?? Buffer.byteLength(StringValue),
    ])
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** What parking wrote beside a message. Times are ISO 8601; what there was no room for is absent. */
export interface ParkedMessage {
  readonly reason: string;
  readonly service?: string;
  /** The id that the message had in its own queue. */
  readonly messageId?: string;
  readonly parkedAt?: string;
  readonly receiveCount?: number;
  readonly sentAt?: string;
}

/** A message as `ReceiveMessage` gives it, with all of its attributes. */
type ReceivedMessage = Pick<Message, "MessageAttributes" | "Attributes">;

/**
 * What {@link parkInQueue} wrote beside a message; undefined of one that was not parked. SQS names the source where it moved a
 * message itself (`DeadLetterQueueSourceArn`): what parking wrote is then from an earlier round, before the message was sent back.
 */
export function readParkedMessage({ MessageAttributes = {}, Attributes }: ReceivedMessage): ParkedMessage | undefined {
  const textOf = (name: keyof typeof NAMES) => MessageAttributes[NAMES[name]]?.StringValue;
  const [reason, service, messageId] = [textOf("reason"), textOf("service"), textOf("messageId")];
  if (reason === undefined || Attributes?.DeadLetterQueueSourceArn !== undefined) return undefined;
  const [parkedAt, sentAt, receiveCount] = [textOf("parkedAt"), textOf("sentAt"), Number(textOf("receiveCount"))];
  return {
    reason,
    ...(service !== undefined && { service }),
    ...(messageId !== undefined && { messageId }),
    ...(parkedAt !== undefined && { parkedAt }),
    ...(Number.isSafeInteger(receiveCount) && { receiveCount }),
    ...(sentAt !== undefined && { sentAt }),
  };
}

/** The attributes that the sender gave a message, as they can be sent again: without what parking added. */
export function senderAttributes({ MessageAttributes = {} }: ReceivedMessage): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(MessageAttributes)
      .filter(([name]) => !ADDED.has(name))
      .map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        BinaryValue === undefined ? { DataType, StringValue } : { DataType, BinaryValue },
      ]),
  );
}

/** A record that is no SQS message has no body that could be parked. */
class NoBodyError extends Error {
  readonly code = "NO_BODY";
  readonly id: string;

  constructor(id: string) {
    super(`Record ${id} has no body to park.`);
    this.name = "NoBodyError";
    this.id = id;
  }
}
