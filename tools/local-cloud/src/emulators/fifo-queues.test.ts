import { createServer, type Server } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ReceiveMessageCommand,
  SQSClient,
  SendMessageBatchCommand,
  SendMessageCommand,
  TagQueueCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LOCAL_CREDENTIALS } from "../local-region.ts";
import { readGraph } from "../graph/read-graph.ts";
import { testGraph } from "../../test/testing-graph.ts";
import { startFauxqs, type Fauxqs } from "./fauxqs.ts";
import { createQueues } from "./fauxqs-queues.ts";
import type { Queues } from "./queues.ts";

const ORDERS = "arn:aws:sqs:eu-central-2:000000000000:orders.fifo";
const DEAD_LETTERS = "arn:aws:sqs:eu-central-2:000000000000:orders-dlq.fifo";
const QUEUES = readGraph(
  testGraph([
    { type: "aws:sqs/queue:Queue", name: "DlqQueue", inputs: { name: "orders-dlq.fifo", fifoQueue: true } },
    {
      type: "aws:sqs/queue:Queue",
      name: "OrdersQueue",
      inputs: {
        name: "orders.fifo",
        fifoQueue: true,
        redrivePolicy: JSON.stringify({ deadLetterTargetArn: DEAD_LETTERS, maxReceiveCount: 1 }),
      },
    },
  ]),
).queues;
const LONG = { visibilityMs: 60_000 };

let dataDir: string;
let fauxqs: Fauxqs;
let queues: Queues;
let server: Server;
let client: SQSClient;

async function start(timeScale = 1): Promise<void> {
  fauxqs = await startFauxqs({ origin: "http://127.0.0.1:1", region: "eu-central-2", dataDir, timeScale });
  queues = createQueues(fauxqs.sqs, QUEUES);
  server = createServer(fauxqs.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  client = new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-central-2",
    credentials: LOCAL_CREDENTIALS,
  });
}

async function stop(): Promise<void> {
  client.destroy();
  await fauxqs.stop();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

const send = (group: string, body: string, deduplicationId = `${group}-${body}`) =>
  client.send(
    new SendMessageCommand({
      QueueUrl: "http://127.0.0.1/000000000000/orders.fifo",
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: deduplicationId,
    }),
  );
const receive = (max = 10) => queues.receive(ORDERS, max, LONG);
const bodies = (messages: readonly { readonly body: string }[]) => messages.map(({ body }) => body);

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "doorbell-fifo-"));
  await start();
});
afterEach(async () => {
  await stop();
  await rm(dataDir, { recursive: true });
});

// AWS: FIFO-queues-understanding-logic ("Receiving messages").
describe("a receive of a FIFO queue", () => {
  test("takes as many messages of a group as it can, in order, and fills up with other groups", async () => {
    for (const body of ["1", "2", "3"]) await send("a", body);
    for (const body of ["4", "5"]) await send("b", body);
    expect(bodies(receive(4))).toEqual(["1", "2", "3", "4"]);
  });

  test("gives nothing of a group that is in flight, until the last of it is deleted or visible again", async () => {
    for (const body of ["1", "2", "3"]) await send("a", body);
    await send("b", "other");
    const [first, second] = receive(2);
    expect(bodies(receive())).toEqual(["other"]);
    queues.delete(ORDERS, [first?.receiptHandle ?? ""]);
    expect(receive()).toEqual([]);
    queues.delete(ORDERS, [second?.receiptHandle ?? ""]);
    expect(bodies(receive())).toEqual(["3"]);
  });

  test("gives messages that came back in the order of sending, whichever came back first", async () => {
    for (const body of ["1", "2", "3", "4"]) await send("a", body);
    const held = receive(3);
    queues.giveBack(
      ORDERS,
      held.toReversed().map(({ receiptHandle }) => receiptHandle),
    );
    expect(bodies(receive())).toEqual(["1", "2", "3", "4"]);
  });

  test("that waits is not answered empty because a blocked group got a message", async () => {
    await send("a", "1");
    const [held] = receive(1);
    const url = "http://127.0.0.1/000000000000/orders.fifo";
    const waiting = client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }));
    await vi.waitFor(() => expect(fauxqs.sqs.getQueueByArn(ORDERS)?.pollWaiters).toHaveLength(1));
    await send("a", "2");
    queues.delete(ORDERS, [held?.receiptHandle ?? ""]);
    expect((await waiting).Messages?.map(({ Body }) => Body)).toEqual(["2"]);
  });

  test("blocks a group over a restart, and keeps its order", async () => {
    for (const body of ["1", "2", "3"]) await send("a", body);
    const [first] = receive(1);
    await stop();
    await start();
    expect(receive()).toEqual([]);
    queues.giveBack(ORDERS, [first?.receiptHandle ?? ""]);
    expect(bodies(receive())).toEqual(["1", "2", "3"]);
  });
});

test("a queue that is tagged keeps its messages and its deduplication ids over a restart", async () => {
  await send("a", "1");
  await client.send(new TagQueueCommand({ QueueUrl: "http://127.0.0.1/000000000000/orders.fifo", Tags: { a: "b" } }));
  await stop();
  await start();
  await send("a", "1");
  expect(bodies(receive())).toEqual(["1"]);
});

// AWS: sqs-dead-letter-queues: of a FIFO queue it is a FIFO queue.
test("received as often as allowed, messages move to the FIFO dead-letter queue with their group and a number of that queue", async () => {
  for (const body of ["0", "1", "2"]) await send("a", body);
  for (const { receiptHandle } of receive(1)) queues.delete(ORDERS, [receiptHandle]);
  for (const { receiptHandle } of receive(1)) fauxqs.sqs.getQueueByArn(ORDERS)?.changeVisibility(receiptHandle, 0);
  expect(bodies(receive())).toEqual(["2"]);
  const [dead] = queues.receive(DEAD_LETTERS, 10, LONG);
  expect(dead).toMatchObject({ body: "1", attributes: { MessageGroupId: "a", MessageDeduplicationId: "a-1" } });
  expect(BigInt(dead?.attributes["SequenceNumber"] ?? 0)).toBe(1n);
});

// AWS: using-messagededuplicationid-property.
describe("a deduplication id", () => {
  test("is taken once in five minutes, and answered as the first time", async () => {
    const first = await send("a", "1", "same");
    expect(await send("b", "2", "same")).toMatchObject({
      MessageId: first.MessageId,
      SequenceNumber: first.SequenceNumber,
    });
    expect(bodies(receive())).toEqual(["1"]);
  });

  test("is remembered over a restart, also that of a message which is deleted", async () => {
    const first = await send("a", "1");
    for (const { receiptHandle } of receive()) queues.delete(ORDERS, [receiptHandle]);
    await stop();
    await start();
    expect((await send("a", "1")).MessageId).toBe(first.MessageId);
    expect(queues.depth(ORDERS)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test("is free again after five minutes times the time scale, and leaves nothing behind", async () => {
    await stop();
    await start(0.000_1);
    const first = await send("a", "1");
    await vi.waitFor(async () => expect((await send("a", "1")).MessageId).not.toBe(first.MessageId));
    await vi.waitFor(async () => {
      await send("a", "other", "other");
      expect(fauxqs.sqs.getQueueByArn(ORDERS)?.deduplications.size).toBe(1);
    });
  });

  test("is made of the body where this process sends, as for a target of an event bus", () => {
    for (const body of ["1", "1", "2"]) queues.send(ORDERS, { body, groupId: "a" });
    expect(receive().map(({ body, attributes }) => [body, attributes["MessageGroupId"]])).toEqual([
      ["1", "a"],
      ["2", "a"],
    ]);
  });

  test("is remembered of more than ten thousand messages", async () => {
    const queue = fauxqs.sqs.getQueueByArn(ORDERS);
    const first = await send("a", "1");
    for (let n = 0; n < 10_001; n += 1) queue?.recordDeduplication(`${n}`, "", "");
    expect((await send("a", "1")).MessageId).toBe(first.MessageId);
  });

  test("counts for each message group where the queue says so, and inside one batch", async () => {
    fauxqs.sqs.getQueueByArn(ORDERS)?.setAttributes({ DeduplicationScope: "messageGroup" });
    const entry = (Id: string, MessageGroupId: string) => ({
      Id,
      MessageBody: Id,
      MessageGroupId,
      MessageDeduplicationId: "same",
    });
    const url = "http://127.0.0.1/000000000000/orders.fifo";
    const Entries = [entry("a1", "a"), entry("a2", "a"), entry("b1", "b")];
    const { Successful } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(Successful).toHaveLength(3);
    expect(bodies(receive())).toEqual(["a1", "b1"]);
  });
});
