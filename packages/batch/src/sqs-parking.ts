import { type MessageAttributeValue, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { property, type RejectedRecord } from "./read-records.ts";
import { storableReason } from "./reason.ts";
import type { Park } from "./settle.ts";

/** Attributes that one SQS message can carry. AWS: SQS Developer Guide, "Amazon SQS message quotas". */
const ATTRIBUTE_LIMIT = 10;

/** Bytes of one SQS message, its attributes' names, types and values included (same page). */
export const MESSAGE_LIMIT_BYTES = 1_048_576;

/**
 * Parks rejected messages in a queue, usually the dead-letter queue. The body is untouched, so sending it back is a
 * plain resend; `DoorbellReason`, `DoorbellService`, `DoorbellMessageId` and `DoorbellParkedAt` say what happened, and
 * of the sender's attributes as many follow as SQS allows. Where there is room left, `DoorbellReceiveCount` and
 * `DoorbellSentAt` say how often the message was received and when it was sent. The reason is shortened where the
 * message would be too large. In a FIFO queue the message stays in its group. Throws where the message does not go in: a body so near the limit that nothing fits beside it, a record
 * without a body, or SQS's own error. Calls `SendMessage` once.
 */
export function parkInQueue(options: {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly service: string;
  readonly now?: () => Date;
}): Park {
  const { client, queueUrl, service, now = () => new Date() } = options;
  return async (record, reason) => {
    const body = property(record.raw, "body");
    if (typeof body !== "string") throw new NoBodyError(record.id);
    const facts: Attributes = {
      DoorbellService: text(service),
      DoorbellMessageId: text(record.id),
      DoorbellParkedAt: text(now().toISOString()),
    };
    const required = [...Object.keys(facts), "DoorbellReason"];
    const sent = sentAttributes(record).filter(([name]) => !required.includes(name) && !DELIVERY_FACTS.includes(name));
    const beside = [...sent, ...deliveryFacts(record)].slice(0, ATTRIBUTE_LIMIT - required.length);
    const kept = Object.fromEntries(beside);
    const used = Buffer.byteLength(body) + sizeOf({ ...kept, ...facts, DoorbellReason: text("") });
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        ...(queueUrl.endsWith(".fifo") && fifoFacts(record)),
        MessageAttributes: {
          ...kept,
          ...facts,
          DoorbellReason: text(storableReason(reason, Math.max(MESSAGE_LIMIT_BYTES - used, SHORTEST_REASON_BYTES))),
        },
      }),
    );
  };
}

/** A FIFO queue takes no message without a group; the message's own id keeps one that is parked again from lying there twice. */
function fifoFacts(record: RejectedRecord) {
  const group = property(property(record.raw, "attributes"), "MessageGroupId");
  return { MessageGroupId: typeof group === "string" ? group : record.id, MessageDeduplicationId: record.id };
}

/** A reason is never cut below this; a message without room for it is refused by SQS, and so delivered again. */
const SHORTEST_REASON_BYTES = 16;

type Attributes = Record<string, MessageAttributeValue>;

function text(value: string): MessageAttributeValue {
  return { DataType: "String", StringValue: value };
}

/** What is told of a message's deliveries only where the sender's attributes leave room. */
const DELIVERY_FACTS: readonly string[] = ["DoorbellReceiveCount", "DoorbellSentAt"];

function deliveryFacts(record: RejectedRecord): readonly [string, MessageAttributeValue][] {
  const attributes = property(record.raw, "attributes");
  const receiveCount = Number(property(attributes, "ApproximateReceiveCount") ?? Number.NaN);
  const sentAt = new Date(Number(property(attributes, "SentTimestamp") ?? Number.NaN));
  const facts: [string, MessageAttributeValue][] = [];
  if (Number.isSafeInteger(receiveCount))
    facts.push(["DoorbellReceiveCount", { DataType: "Number", StringValue: String(receiveCount) }]);
  if (!Number.isNaN(sentAt.getTime())) facts.push(["DoorbellSentAt", text(sentAt.toISOString())]);
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

function sizeOf(attributes: Attributes): number {
  return Object.entries(attributes)
    .flatMap(([name, { DataType = "", StringValue = "", BinaryValue }]) => [
      Buffer.byteLength(name),
      Buffer.byteLength(DataType),
      BinaryValue?.byteLength ?? Buffer.byteLength(StringValue),
    ])
    .reduce((sum, bytes) => sum + bytes, 0);
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
