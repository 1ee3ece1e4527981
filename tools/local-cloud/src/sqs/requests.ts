import * as v from "valibot";
import { SqsError, missingParameter } from "./sqs-error.ts";

/** The members of SQS's requests, by their types (AWS: SQS API reference). Null stands for absent. */

const text = v.string();
const maybe = <const Schema extends v.GenericSchema>(schema: Schema) => v.nullish(schema);
const whole = maybe(v.pipe(v.number(), v.integer()));
const texts = maybe(v.array(text));
const textMap = maybe(v.record(text, text));
const base64 = maybe(v.union([v.pipe(text, v.base64()), v.literal("")]));

const attributeSchema = v.object({
  DataType: maybe(text),
  StringValue: maybe(text),
  BinaryValue: base64,
  StringListValues: texts,
  BinaryListValues: texts,
});

export const messageSchema = v.object({
  MessageBody: maybe(text),
  DelaySeconds: whole,
  MessageAttributes: maybe(v.record(text, attributeSchema)),
  MessageSystemAttributes: maybe(v.record(text, attributeSchema)),
  MessageGroupId: maybe(text),
  MessageDeduplicationId: maybe(text),
});

const ofQueue = { QueueUrl: maybe(text) };
const entries = <const Entries extends v.ObjectEntries>(members: Entries) =>
  maybe(v.array(v.object({ Id: maybe(text), ...members })));

export const requestSchemas = {
  CreateQueue: v.object({ QueueName: maybe(text), Attributes: textMap, tags: textMap }),
  DeleteQueue: v.object(ofQueue),
  GetQueueUrl: v.object({ QueueName: maybe(text), QueueOwnerAWSAccountId: maybe(text) }),
  ListQueues: v.object({ QueueNamePrefix: maybe(text), MaxResults: whole, NextToken: maybe(text) }),
  GetQueueAttributes: v.object({ ...ofQueue, AttributeNames: texts }),
  SetQueueAttributes: v.object({ ...ofQueue, Attributes: textMap }),
  PurgeQueue: v.object(ofQueue),
  SendMessage: v.object({ ...ofQueue, ...messageSchema.entries }),
  SendMessageBatch: v.object({ ...ofQueue, Entries: entries(messageSchema.entries) }),
  ReceiveMessage: v.object({
    ...ofQueue,
    AttributeNames: texts,
    MessageSystemAttributeNames: texts,
    MessageAttributeNames: texts,
    MaxNumberOfMessages: whole,
    VisibilityTimeout: whole,
    WaitTimeSeconds: whole,
    ReceiveRequestAttemptId: maybe(text),
  }),
  DeleteMessage: v.object({ ...ofQueue, ReceiptHandle: maybe(text) }),
  DeleteMessageBatch: v.object({ ...ofQueue, Entries: entries({ ReceiptHandle: maybe(text) }) }),
  ChangeMessageVisibility: v.object({ ...ofQueue, ReceiptHandle: maybe(text), VisibilityTimeout: whole }),
  ChangeMessageVisibilityBatch: v.object({
    ...ofQueue,
    Entries: entries({ ReceiptHandle: maybe(text), VisibilityTimeout: whole }),
  }),
  TagQueue: v.object({ ...ofQueue, Tags: textMap }),
  UntagQueue: v.object({ ...ofQueue, TagKeys: texts }),
  ListQueueTags: v.object(ofQueue),
} as const;

/** The actions that the local cloud has. */
export type SqsAction = keyof typeof requestSchemas;
export type SqsRequest<Action extends SqsAction> = v.InferOutput<(typeof requestSchemas)[Action]>;

export const isAction = (name: string): name is SqsAction => Object.hasOwn(requestSchemas, name);

/** @throws SqsError `SerializationException` for a member of another type, or a body that is no object */
export function parseRequest<Action extends SqsAction>(action: Action, body: unknown): SqsRequest<Action>;
export function parseRequest(action: SqsAction, body: unknown): SqsRequest<SqsAction> {
  const read = v.safeParse(requestSchemas[action], body);
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw new SqsError("SerializationException", `${v.getDotPath(issue) ?? "The request"}: ${issue.message}`);
}

/** @throws SqsError `MissingParameter` where it is absent or empty */
export function required(name: string, value: string | null | undefined): string {
  if (!value) throw missingParameter(name);
  return value;
}
