import { type Fields, readFields, readInstant, readName, readOptionalText, readText } from "./fields.ts";
import { isObject } from "./is-object.ts";
import { MAX_ISSUES } from "./issue.ts";
import type { ParsedBatch } from "./parsed.ts";
import { parseRecords } from "./records.ts";

/** A message of a topic, standard or FIFO, as Lambda delivers it (AWS: "Invoking Lambda functions with Amazon SNS notifications"). */
export interface TopicMessage {
  readonly messageId: string;
  readonly topicArn: string;
  readonly subscriptionArn: string;
  readonly subject?: string;
  /** The message as it was published: any text. */
  readonly message: string;
  /** When the message was published, ISO 8601. */
  readonly publishedAt: string;
  /** What the publisher says of the message; `type` is `String`, `String.Array`, `Number` or `Binary` (base64). */
  readonly messageAttributes: Readonly<Record<string, { readonly type: string; readonly value: string }>>;
}

/**
 * Reads what Lambda hands to a function of a topic. Never throws on a payload. Signatures are not looked at: Lambda calls
 * the function for the topic only. Their URLs, which SNS spells `…Url` here and `…URL` elsewhere, do not matter therefore.
 */
export function parseSnsEvent(event: unknown): ParsedBatch<TopicMessage> {
  return parseRecords(event, contract);
}

const contract = {
  eventSource: "aws:sns",
  idOf: (record: Readonly<Record<string, unknown>>) =>
    isObject(record["Sns"]) ? record["Sns"]["MessageId"] : undefined,
  read: readTopicMessage,
};

function readTopicMessage(record: Fields): TopicMessage {
  const sns = readFields(record, "Sns", record.values["Sns"]);
  const { MessageId, TopicArn, Subject, Message, Timestamp, MessageAttributes } = sns.values;
  const subject = readOptionalText(sns, "Subject", Subject);
  return {
    messageId: readName(sns, "MessageId", MessageId, "a message id"),
    topicArn: readText(sns, "TopicArn", TopicArn),
    subscriptionArn: readText(record, "EventSubscriptionArn", record.values["EventSubscriptionArn"]),
    ...(subject !== undefined && { subject }),
    message: readText(sns, "Message", Message),
    publishedAt: readInstant(sns, "Timestamp", Timestamp),
    messageAttributes: readMessageAttributes(sns, MessageAttributes),
  };
}

function readMessageAttributes(sns: Fields, input: unknown): TopicMessage["messageAttributes"] {
  if (input === undefined || input === null) return {};
  const named = readFields(sns, "MessageAttributes", input);
  const attributes: [string, { type: string; value: string }][] = [];
  for (const name of Object.keys(named.values)) {
    if (sns.issues.length >= MAX_ISSUES) break;
    const attribute = readFields(named, name, named.values[name]);
    const { Type, Value } = attribute.values;
    attributes.push([name, { type: readText(attribute, "Type", Type), value: readText(attribute, "Value", Value) }]);
  }
  return Object.fromEntries(attributes);
}
