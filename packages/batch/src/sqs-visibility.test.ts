import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../test/emulator.ts";
import { hideInQueue } from "./sqs-visibility.ts";

let emulator: Emulator;
beforeAll(async () => void (emulator = await startEmulator()));
afterAll(() => emulator.stop());

const unused = new AbortController().signal;

/** A queue with so many messages, all of them received for `VisibilityTimeout` seconds. */
async function receivedMessages(name: string, count: number, VisibilityTimeout = 600) {
  const { sqs } = emulator;
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  for (let at = 0; at < count; at += 1) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: String(at) }));
  const receive = async (WaitTimeSeconds = 0) =>
    (
      await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout, MaxNumberOfMessages: 10, WaitTimeSeconds }),
      )
    ).Messages ?? [];
  const messages = [];
  while (messages.length < count) messages.push(...(await receive()));
  return { queueUrl: QueueUrl, receive, handles: messages.map(({ ReceiptHandle = "" }) => ReceiptHandle) };
}

test("messages come back when they are told to, more than one call takes among them", async () => {
  const { queueUrl, receive, handles } = await receivedMessages("many", 23);
  const hide = hideInQueue({ client: emulator.sqs, queueUrl });
  await hide(
    handles.map((receiptHandle, at) => ({ receiptHandle, seconds: at === 7 ? 600 : 1 })),
    unused,
  );
  const back = new Set<number>();
  while (back.size < 22) for (const { Body } of await receive(5)) back.add(Number(Body));
  expect(back).toEqual(new Set(Array.from({ length: 23 }, (_, at) => at).filter((at) => at !== 7)));
  expect(await receive()).toEqual([]);
});

test("where SQS refuses some of them, the others are hidden, and it throws", async () => {
  const { queueUrl, receive, handles } = await receivedMessages("some", 1);
  const hide = hideInQueue({ client: emulator.sqs, queueUrl });
  const [receiptHandle = ""] = handles;
  const messages = [
    { receiptHandle: "no handle", seconds: 1 },
    { receiptHandle, seconds: 1 },
  ];
  await expect(hide(messages, unused)).rejects.toMatchObject({
    code: "NOT_HIDDEN",
    messages: 1,
    reason: "ReceiptHandleIsInvalid",
  });
  let back = 0;
  while (back === 0) back = (await receive(5)).length;
  expect(back).toBe(1);
});

test("a call that is told to stop rejects", async () => {
  const { queueUrl, handles } = await receivedMessages("told", 1);
  const hide = hideInQueue({ client: emulator.sqs, queueUrl });
  const stopped = AbortSignal.abort();
  await expect(hide([{ receiptHandle: handles[0] ?? "", seconds: 1 }], stopped)).rejects.toThrow();
});
