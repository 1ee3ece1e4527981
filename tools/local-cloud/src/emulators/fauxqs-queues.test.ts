import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readGraph } from "../graph/read-graph.ts";
import { testGraph } from "../../test/testing-graph.ts";
import { createQueues } from "./fauxqs-queues.ts";
import { startFauxqs } from "./fauxqs.ts";
import { UnknownQueue } from "./queues.ts";
import type { Fauxqs } from "./fauxqs.ts";
import type { Queues } from "./queues.ts";

const ORDERS = "arn:aws:sqs:eu-central-2:000000000000:test-orders";
const DEAD_LETTERS = `${ORDERS}-dlq`;
const LONG_MS = 60_000;
const GONE = { visible: 0, inFlight: 0, delayed: 0 };

let dataDir: string;
let fauxqs: Fauxqs;
let queues: Queues;

const start = async () => {
  fauxqs = await startFauxqs({ origin: "http://127.0.0.1:1", region: "eu-central-2", dataDir });
  queues = createQueues(fauxqs.sqs, readGraph(testGraph()).queues);
};
const restart = async () => {
  await fauxqs.stop();
  await start();
};
const makeVisible = (receiptHandle: string) => fauxqs.sqs.getQueueByArn(ORDERS)?.changeVisibility(receiptHandle, 0);
const receiveOne = (visibilityMs = LONG_MS) => {
  const [message] = queues.receive(ORDERS, 1, { visibilityMs });
  if (message === undefined) throw new Error("no message");
  return message;
};

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "doorbell-queues-"));
  await start();
});
afterEach(async () => {
  await fauxqs.stop();
  await rm(dataDir, { recursive: true });
});

describe("the oldest message", () => {
  test("is told by when it was sent, received or not, and there is none in an empty queue", () => {
    expect(queues.oldestSentAt(ORDERS)).toBeUndefined();
    const before = Date.now();
    queues.send(ORDERS, { body: "one" });
    const sentAt = queues.oldestSentAt(ORDERS);
    expect(sentAt).toBeGreaterThanOrEqual(before);
    const { receiptHandle } = receiveOne();
    queues.send(ORDERS, { body: "two" });
    expect(queues.oldestSentAt(ORDERS)).toBe(sentAt);
    queues.delete(ORDERS, [receiptHandle]);
    expect(queues.oldestSentAt(ORDERS)).toBeGreaterThanOrEqual(sentAt ?? Infinity);
  });
});

describe("a message", () => {
  test("is received with its attributes, hidden from others, gone once deleted", () => {
    queues.send(ORDERS, { body: "one", attributes: { Reason: "why", Code: 200 } });
    const message = receiveOne();
    expect(message.body).toBe("one");
    expect(message.attributes).toMatchObject({ ApproximateReceiveCount: "1", SenderId: "000000000000" });
    expect(Number(message.attributes["SentTimestamp"])).toBeGreaterThan(0);
    expect(message.messageAttributes).toEqual({
      Reason: { dataType: "String", stringValue: "why" },
      Code: { dataType: "Number", stringValue: "200" },
    });
    expect(queues.receive(ORDERS, 10, { visibilityMs: LONG_MS })).toEqual([]);
    expect(queues.depth(ORDERS)).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    queues.delete(ORDERS, [message.receiptHandle, "unknown handle"]);
    expect(queues.depth(ORDERS)).toEqual(GONE);
  });

  test("comes again when its visibility timeout ends, counted", async () => {
    queues.send(ORDERS, { body: "one" });
    receiveOne(30);
    await queues.waitForMessage(ORDERS, LONG_MS, AbortSignal.timeout(LONG_MS));
    expect(receiveOne().attributes["ApproximateReceiveCount"]).toBe("2");
  });

  test("comes again at once when its visibility is set to 0, and is still there after a restart", async () => {
    queues.send(ORDERS, { body: "one" });
    makeVisible(receiveOne().receiptHandle);
    expect(queues.depth(ORDERS).visible).toBe(1);
    await restart();
    expect(receiveOne()).toMatchObject({ body: "one", attributes: { ApproximateReceiveCount: "2" } });
  });

  test("received as often as allowed moves to the dead-letter queue, body and attributes untouched, and stays there", async () => {
    queues.send(ORDERS, { body: "poison", attributes: { Reason: "why" } });
    for (let times = 0; times < 2; times += 1) makeVisible(receiveOne().receiptHandle);
    expect(queues.receive(ORDERS, 10, { visibilityMs: LONG_MS })).toEqual([]);
    expect(queues.depth(ORDERS)).toEqual(GONE);
    await restart();
    const [dead] = queues.receive(DEAD_LETTERS, 10, { visibilityMs: LONG_MS });
    expect(dead).toMatchObject({ body: "poison", messageAttributes: { Reason: { stringValue: "why" } } });
  });

  test("behind ones that move to the dead-letter queue is received by the same call", () => {
    for (let n = 0; n < 12; n += 1) queues.send(ORDERS, { body: "poison" });
    for (let times = 0; times < 2; times += 1)
      for (const { receiptHandle } of queues.receive(ORDERS, 12, { visibilityMs: LONG_MS })) makeVisible(receiptHandle);
    queues.send(ORDERS, { body: "good" });
    expect(queues.receive(ORDERS, 10, { visibilityMs: LONG_MS }).map(({ body }) => body)).toEqual(["good"]);
    expect(queues.depth(DEAD_LETTERS).visible).toBe(12);
  });
});

describe("a receive", () => {
  test("gives more than ten messages when asked for more", () => {
    for (let n = 0; n < 25; n += 1) queues.send(ORDERS, { body: `${n}` });
    expect(queues.receive(ORDERS, 20, { visibilityMs: LONG_MS })).toHaveLength(20);
    expect(queues.depth(ORDERS)).toEqual({ visible: 5, inFlight: 20, delayed: 0 });
  });

  test("of a queue that does not exist names it", () => {
    expect(() => queues.receive("arn:aws:sqs:x:0:nowhere", 1, { visibilityMs: 1 })).toThrow(UnknownQueue);
  });
});

describe("waiting for a message", () => {
  test("ends when one is sent", async () => {
    const waiting = queues.waitForMessage(ORDERS, LONG_MS, AbortSignal.timeout(LONG_MS));
    queues.send(ORDERS, { body: "one" });
    await waiting;
    expect(receiveOne().body).toBe("one");
  });

  test("ends at once when one is there", async () => {
    queues.send(ORDERS, { body: "one" });
    await queues.waitForMessage(ORDERS, LONG_MS, AbortSignal.timeout(LONG_MS));
  });

  test("ends on abort and leaves no poll behind", async () => {
    const abort = new AbortController();
    const waiting = queues.waitForMessage(ORDERS, LONG_MS, abort.signal);
    abort.abort();
    await waiting;
    await queues.waitForMessage(ORDERS, LONG_MS, abort.signal);
    expect(fauxqs.sqs.getQueueByArn(ORDERS)?.pollWaiters).toEqual([]);
  });

  test("ends when the time is up", async () => {
    await queues.waitForMessage(ORDERS, 20, AbortSignal.timeout(LONG_MS));
    expect(queues.depth(ORDERS)).toEqual(GONE);
  });
});

test("queues that were there keep their messages and take the graph's attributes", async () => {
  queues.send(ORDERS, { body: "kept" });
  fauxqs.sqs.getQueueByArn(ORDERS)?.setAttributes({ VisibilityTimeout: "1" });
  await restart();
  expect(fauxqs.sqs.getQueueByArn(ORDERS)?.attributes["VisibilityTimeout"]).toBe("60");
  expect(receiveOne().body).toBe("kept");
});
