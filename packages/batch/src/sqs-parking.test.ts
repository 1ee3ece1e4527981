import { CreateQueueCommand, type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../test/emulator.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { recordedLog } from "../test/recorded-log.ts";
import { queueHandler } from "./queue-handler.ts";
import { REASON_LIMIT_BYTES } from "./reason.ts";
import { Rejection } from "./rejection.ts";
import { MESSAGE_LIMIT_BYTES, parkInQueue, readParkedMessage, senderAttributes } from "./sqs-parking.ts";
import type { Park } from "./settle.ts";

let emulator: Emulator;
let queues = 0;
let queueUrl: string;
let park: Park;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  queues += 1;
  const created = await emulator.sqs.send(new CreateQueueCommand({ QueueName: `dead-letters-${queues}` }));
  queueUrl = created.QueueUrl ?? "";
  const now = () => new Date("2026-03-01T10:00:00Z");
  park = parkInQueue({ client: emulator.sqs, queueUrl, service: "order-queue", now });
});

async function received(): Promise<Message[]> {
  const { Messages = [] } = await emulator.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
      AttributeNames: ["All"],
    }),
  );
  return Messages;
}

test("a message is parked with its body untouched and what happened in its attributes", async () => {
  const body = ' {"text": "ünïcode 漢\\u0000 \\n"}\n';
  await park({ id: "m-1", raw: { body, messageAttributes: {} } }, "no such currency");
  expect(await received()).toMatchObject([
    {
      Body: body,
      MessageAttributes: {
        DoorbellReason: { DataType: "String", StringValue: "no such currency" },
        DoorbellService: { StringValue: "order-queue" },
        DoorbellMessageId: { StringValue: "m-1" },
        DoorbellParkedAt: { StringValue: "2026-03-01T10:00:00.000Z" },
      },
    },
  ]);
});

test("a message of a group is parked in its group, of a standard queue too, and one of none in none", async () => {
  await park({ id: "m-1", raw: { body: "{}", attributes: { MessageGroupId: "acme" } } }, "no");
  await park({ id: "m-2", raw: { body: "{}", attributes: {} } }, "no");
  expect((await received()).map(({ Attributes }) => Attributes?.MessageGroupId)).toEqual(["acme", undefined]);
});

test("how often a message was received and when it was sent is told with it", async () => {
  const attributes = { ApproximateReceiveCount: "3", SentTimestamp: "1772359200250" };
  await park({ id: "m-1", raw: { body: "{}", attributes } }, "no");
  const [message] = await received();
  expect(message?.MessageAttributes).toMatchObject({
    DoorbellReceiveCount: { DataType: "Number", StringValue: "3" },
    DoorbellSentAt: { StringValue: "2026-03-01T10:00:00.250Z" },
  });
});

test("the sender's attributes are kept, of every type", async () => {
  const messageAttributes = {
    trace: { dataType: "String", stringValue: "1-2-3", stringListValues: [], binaryListValues: [] },
    weight: { dataType: "Number.kg", stringValue: "12.50" },
    seal: { dataType: "Binary", binaryValue: Buffer.from([0, 255, 128]).toString("base64") },
  };
  await park({ id: "m-1", raw: { body: "{}", messageAttributes } }, "no");
  const [message] = await received();
  expect(message?.MessageAttributes).toMatchObject({
    trace: { DataType: "String", StringValue: "1-2-3" },
    weight: { DataType: "Number.kg", StringValue: "12.50" },
    seal: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255, 128]) },
  });
});

test("of ten attributes of the sender six are kept, since SQS allows ten in all", async () => {
  const named = Array.from({ length: 10 }, (_, index) => [`a${index}`, { dataType: "String", stringValue: "x" }]);
  const attributes = { ApproximateReceiveCount: "3", SentTimestamp: "1772359200250" };
  await park({ id: "m-1", raw: { body: "{}", attributes, messageAttributes: Object.fromEntries(named) } }, "no");
  const [message] = await received();
  const names = Object.keys(message?.MessageAttributes ?? {}).sort();
  expect(names).toEqual([
    "DoorbellMessageId",
    "DoorbellParkedAt",
    "DoorbellReason",
    "DoorbellService",
    "a0",
    "a1",
    "a2",
    "a3",
    "a4",
    "a5",
  ]);
});

test("a message that was parked before carries the new facts in the place of the old, and all of the sender's", async () => {
  const names = [
    "DoorbellReason",
    "DoorbellService",
    "DoorbellMessageId",
    "DoorbellParkedAt",
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
  ];
  const before = names.map((name) => [name, { dataType: "String", stringValue: "old" }]);
  await park({ id: "m-2", raw: { body: "{}", messageAttributes: Object.fromEntries(before) } }, "new");
  const [message] = await received();
  const attributes = message?.MessageAttributes ?? {};
  expect(Object.keys(attributes).sort()).toEqual(names.toSorted());
  expect(attributes["DoorbellReason"]?.StringValue).toBe("new");
  expect(attributes["f"]?.StringValue).toBe("old");
});

test("a reason that SQS would refuse is parked in a form that it takes", async () => {
  await park({ id: "m-1", raw: { body: "{}" } }, `\u0000bad \uD800character${"😀".repeat(1_000)}`);
  const [message] = await received();
  const reason = message?.MessageAttributes?.["DoorbellReason"]?.StringValue ?? "";
  expect(reason).toMatch(/^bad character(?:😀)+…$/u);
  expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(REASON_LIMIT_BYTES);
});

test("the reason gives way where the message would be too large, to the byte", async () => {
  const raw = { body: "x".repeat(MESSAGE_LIMIT_BYTES - 400) };
  await park({ id: "m-1", raw }, "y".repeat(1_000));
  const [message] = await received();
  const size = Object.entries(message?.MessageAttributes ?? {})
    .map(([name, value]) => name.length + "String".length + Buffer.byteLength(value.StringValue ?? ""))
    .reduce((sum, bytes) => sum + bytes, message?.Body?.length ?? 0);
  expect(size).toBe(MESSAGE_LIMIT_BYTES);
  expect(message?.MessageAttributes?.["DoorbellReason"]?.StringValue).toMatch(/^y+…$/);
});

test("parking fails where nothing fits beside the body, where there is none, and where the queue is away", async () => {
  await expect(park({ id: "m-1", raw: { body: "x".repeat(MESSAGE_LIMIT_BYTES) } }, "no")).rejects.toThrow();
  await expect(park({ id: "m-1", raw: {} }, "no")).rejects.toMatchObject({ code: "NO_BODY" });
  const elsewhere = parkInQueue({ client: emulator.sqs, queueUrl: `${queueUrl}-gone`, service: "s" });
  await expect(elsewhere({ id: "m-1", raw: { body: "{}" } }, "no")).rejects.toThrow();
  expect(await received()).toEqual([]);
});

test("from an event as Lambda delivers it to the dead-letter queue, once per rejected message", async () => {
  const message = (messageId: string, body: string, facts: object = {}) => ({
    messageId,
    receiptHandle: `handle-${messageId}`,
    body,
    attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1767225600000" },
    messageAttributes: { source: { dataType: "String", stringValue: "till-4" } },
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-2:000000000000:orders",
    awsRegion: "eu-central-2",
    ...facts,
  });
  const { log, lines } = recordedLog();
  const handler = queueHandler({
    log,
    park,
    handle: async ({ body }) => {
      if (body === "bad") throw new Rejection('no order, received "bad"');
      if (body === "later") throw new Error("throttled");
    },
  });
  const Records = [
    message("m-1", "good"),
    message("m-2", "bad"),
    message("m-3", "later"),
    message("m-4", "unread", { receiptHandle: null }),
  ];
  expect(await handler({ Records }, lambdaContext())).toEqual({ batchItemFailures: [{ itemIdentifier: "m-3" }] });
  const parked = (await received()).map(({ Body, MessageAttributes = {} }) => ({
    body: Body,
    source: MessageAttributes["source"]?.StringValue,
    messageId: MessageAttributes["DoorbellMessageId"]?.StringValue,
    reason: MessageAttributes["DoorbellReason"]?.StringValue,
  }));
  expect(parked).toHaveLength(2);
  expect(parked).toContainEqual({
    body: "bad",
    source: "till-4",
    messageId: "m-2",
    reason: 'no order, received "bad"',
  });
  expect(parked).toContainEqual({
    body: "unread",
    source: "till-4",
    messageId: "m-4",
    reason: expect.stringContaining("Records[3].receiptHandle: expected"),
  });
  expect(lines.at(-1)?.fields).toMatchObject({ records: 4, done: 1, rejected: 2, retried: 1 });
});

test("what parking writes is read again as it was, and the sender's attributes apart from it", async () => {
  const messageAttributes = { source: { dataType: "String", stringValue: "till-4" } };
  const attributes = { ApproximateReceiveCount: "3", SentTimestamp: "1772359200250" };
  await park({ id: "m-1", raw: { body: "{}", attributes, messageAttributes } }, "no such currency");
  const [message = {}] = await received();
  expect(readParkedMessage(message)).toEqual({
    reason: "no such currency",
    service: "order-queue",
    messageId: "m-1",
    parkedAt: "2026-03-01T10:00:00.000Z",
    receiveCount: 3,
    sentAt: "2026-03-01T10:00:00.250Z",
  });
  expect(senderAttributes(message)).toEqual({ source: { DataType: "String", StringValue: "till-4" } });
});

test("a message that SQS itself has moved, or that nobody parked, is no parked one", () => {
  const MessageAttributes = { DoorbellReason: { DataType: "String", StringValue: "of an earlier round" } };
  expect(readParkedMessage({ MessageAttributes })).toEqual({ reason: "of an earlier round" });
  const moved = { MessageAttributes, Attributes: { DeadLetterQueueSourceArn: "arn:aws:sqs:eu-central-2:0:orders" } };
  expect(readParkedMessage(moved)).toBeUndefined();
  expect(readParkedMessage({})).toBeUndefined();
});

test("a message of a FIFO queue is parked in a FIFO queue under its own group, and one that is parked twice lies there once", async () => {
  const created = await emulator.sqs.send(
    new CreateQueueCommand({ QueueName: "dead-letters.fifo", Attributes: { FifoQueue: "true" } }),
  );
  queueUrl = created.QueueUrl ?? "";
  park = parkInQueue({ client: emulator.sqs, queueUrl, service: "order-queue" });
  for (const id of ["m-1", "m-1", "m-2"])
    await park({ id, raw: { body: "{}", attributes: { MessageGroupId: "order-1" } } }, "no");
  const { Messages = [] } = await emulator.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["MessageGroupId"],
    }),
  );
  expect(
    Messages.map(({ Attributes, MessageAttributes }) => [
      Attributes?.MessageGroupId,
      MessageAttributes?.["DoorbellMessageId"]?.StringValue,
    ]),
  ).toEqual([
    ["order-1", "m-1"],
    ["order-1", "m-2"],
  ]);
});
