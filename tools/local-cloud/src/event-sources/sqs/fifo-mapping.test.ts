import { SqsStore } from "fauxqs";
import { afterEach, expect, test, vi } from "vitest";
import { createQueues } from "../../emulators/fauxqs-queues.ts";
import { startFauxqs, type Fauxqs } from "../../emulators/fauxqs.ts";
import { readGraph } from "../../graph/read-graph.ts";
import { testGraph } from "../../../test/testing-graph.ts";
import { fail, scriptLambda, type Script, type ScriptedRecord } from "../../../test/scripted-lambda.ts";
import type { EventSource } from "../event-source.ts";
import { createSqsMapping } from "./sqs-mapping.ts";

// AWS: with-sqs and services-sqs-errorhandling on FIFO queues.

const ORDERS = "arn:aws:sqs:eu-central-2:000000000000:orders.fifo";
const DEAD_LETTERS = "arn:aws:sqs:eu-central-2:000000000000:orders-dlq.fifo";
const soon = { timeout: 20_000, interval: 5 };

let fauxqs: Fauxqs | undefined;
let running: EventSource | undefined;
afterEach(async () => {
  await running?.stop();
  await fauxqs?.stop();
  fauxqs = running = undefined;
});

/** A FIFO queue of two receives with its dead-letter queue, and the mapping of a function that does as the script says. */
async function mapFifoQueue(script: Script, { visibilitySeconds = 30, maxReceiveCount = 2 } = {}) {
  const started = await startFauxqs({ origin: "http://127.0.0.1:0", region: "eu-central-2" });
  fauxqs = started;
  const redrive = { deadLetterTargetArn: DEAD_LETTERS, maxReceiveCount };
  const graph = readGraph(
    testGraph([
      { type: "aws:sqs/queue:Queue", name: "DlqQueue", inputs: { name: "orders-dlq.fifo", fifoQueue: true } },
      {
        type: "aws:sqs/queue:Queue",
        name: "OrdersQueue",
        inputs: { name: "orders.fifo", fifoQueue: true, redrivePolicy: JSON.stringify(redrive) },
      },
      {
        type: "aws:lambda/eventSourceMapping:EventSourceMapping",
        name: "Mapping",
        inputs: {
          functionName: "order-queue",
          eventSourceArn: ORDERS,
          functionResponseTypes: ["ReportBatchItemFailures"],
        },
      },
    ]),
  );
  const queues = createQueues(started.sqs, graph.queues);
  const lambda = scriptLambda(script);
  const [mapping] = graph.mappings;
  if (mapping?.kind !== "sqs") throw new Error("no mapping");
  const source = createSqsMapping({
    mapping,
    visibilityTimeoutSeconds: visibilitySeconds,
    queues,
    lambda,
    region: "eu-central-2",
    timeScale: 1,
  });
  running = source;
  const send = (groupId: string, ...sent: string[]) => {
    const queue = started.sqs.getQueueByArn(ORDERS);
    for (const body of sent)
      queue?.enqueueOnce(
        `${groupId}${body}`,
        SqsStore.createMessage(body, {}, undefined, groupId, `${groupId}${body}`),
      );
  };
  return { lambda, source, send, depth: (arn = ORDERS) => queues.depth(arn), queues };
}

const bodies = (batch: readonly ScriptedRecord[] | undefined) => batch?.map(({ body }) => body);

test("a record of a FIFO queue carries its group, deduplication id and sequence number", async () => {
  const { lambda, source, send } = await mapFifoQueue(() => undefined);
  send("a", "1");
  await source.start();
  await vi.waitFor(() => expect(lambda.batches).toHaveLength(1), soon);
  expect(lambda.batches[0]?.[0]).toMatchObject({
    attributes: { MessageGroupId: "a", MessageDeduplicationId: "a1", SequenceNumber: "00000000000000000001" },
  });
});

test("a batch mixes groups, and of each group one batch is in flight", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { lambda, source, send, depth } = await mapFifoQueue(() => promise);
  send("a", "a1", "a2");
  send("b", "b1");
  await source.start();
  await vi.waitFor(() => expect(lambda.batches.map(bodies)).toEqual([["a1", "a2", "b1"]]), soon);
  send("a", "a3");
  send("c", "c1");
  await vi.waitFor(() => expect(lambda.batches.map(bodies)[1]).toEqual(["c1"]), soon);
  expect(lambda.running).toBe(2);
  expect(depth().visible).toBe(1);
  resolve();
  await vi.waitFor(() => expect(lambda.batches.map(bodies)[2]).toEqual(["a3"]), soon);
  await vi.waitFor(() => expect(source.idle()).toBe(true), soon);
});

test("a failing group blocks only itself, and goes on in order after its visibility timeout", async () => {
  const handled: (string | undefined)[] = [];
  let failures = 1;
  // Stops at a group's first failure, as a handler of a FIFO queue must.
  const { lambda, source, send } = await mapFifoQueue(
    (records) => {
      const from = failures > 0 ? records.findIndex(({ body }) => body === "a2") : -1;
      if (from === -1) return void handled.push(...(bodies(records) ?? []));
      failures -= 1;
      const failed = records.filter(({ body }, at) => at >= from && body?.startsWith("a"));
      handled.push(...(bodies(records.filter((record) => !failed.includes(record))) ?? []));
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    },
    { visibilitySeconds: 1 },
  );
  send("a", "a1", "a2", "a3");
  send("b", "b1");
  await source.start();
  await vi.waitFor(() => expect(lambda.batches).toHaveLength(1), soon);
  send("a", "a4");
  send("b", "b2");
  await vi.waitFor(() => expect(source.idle()).toBe(true), soon);
  expect(handled).toEqual(["a1", "b1", "b2", "a2", "a3", "a4"]);
});

test("what fails as often as the queue allows goes to the FIFO dead-letter queue, and its group goes on", async () => {
  const { source, send, depth, queues } = await mapFifoQueue(
    (records) => (bodies(records)?.includes("poison") ? fail() : undefined),
    { visibilitySeconds: 0.05, maxReceiveCount: 1 },
  );
  send("a", "poison");
  await source.start();
  await vi.waitFor(() => expect(depth().inFlight + depth(DEAD_LETTERS).visible).toBe(1), soon);
  send("a", "good");
  await vi.waitFor(() => expect(source.idle()).toBe(true), soon);
  expect(queues.receive(DEAD_LETTERS, 10, { visibilityMs: 1_000 })).toMatchObject([
    { body: "poison", attributes: { MessageGroupId: "a" } },
  ]);
});

test("messages over the 6 MB of a batch wait for it, in order, and are not counted as received", async () => {
  const counts: string[] = [];
  const { lambda, source, send } = await mapFifoQueue(
    (records) => {
      for (const { attributes } of records) counts.push(JSON.stringify(attributes));
    },
    { maxReceiveCount: 1 },
  );
  const large = Array.from({ length: 10 }, (_, n) => `${n}`.padEnd(1_000_000, "x"));
  send("a", ...large);
  await source.start();
  await vi.waitFor(() => expect(source.idle()).toBe(true), soon);
  expect(lambda.mostRunning).toBe(1);
  expect(lambda.batches.length).toBeGreaterThan(1);
  expect(lambda.batches.flatMap((batch) => bodies(batch)?.map((body) => body?.[0]))).toEqual("0123456789".split(""));
  expect(counts.filter((each) => !each.includes('"ApproximateReceiveCount":"1"'))).toEqual([]);
});

test("a history of many groups, batches and failures keeps the order of every group, and loses and repeats nothing", async () => {
  const seed = 20_261_125;
  const random = drawsFrom(seed);
  const handled: string[] = [];
  const groupsRunning = new Set<string>();
  const { source, send, depth } = await mapFifoQueue(
    async (records) => {
      const mine = new Set(records.map(({ body }) => body?.split(":")[0] ?? ""));
      for (const group of mine) expect(groupsRunning.has(group), `seed ${seed}: ${group} twice`).toBe(false);
      for (const group of mine) groupsRunning.add(group);
      await new Promise(setImmediate);
      const failing = new Set([...mine].filter(() => random() < 0.2));
      const failed = records.filter(({ body }) => failing.has(body?.split(":")[0] ?? ""));
      handled.push(...records.filter((record) => !failed.includes(record)).map(({ body }) => body ?? ""));
      for (const group of mine) groupsRunning.delete(group);
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    },
    { visibilitySeconds: 0.1, maxReceiveCount: 1_000 },
  );
  await source.start();
  const sent: string[] = [];
  for (let n = 0; n < 400; n += 1) {
    const group = `g${Math.floor(random() * 12)}`;
    sent.push(`${group}:${n}`);
    send(group, `${group}:${n}`);
    if (n % 20 === 0) await new Promise(setImmediate);
  }
  await vi.waitFor(() => expect(source.idle(), `seed ${seed}`).toBe(true), soon);
  const ofGroup = (list: readonly string[], group: string) => list.filter((each) => each.startsWith(`${group}:`));
  for (let n = 0; n < 12; n += 1) expect(ofGroup(handled, `g${n}`)).toEqual(ofGroup(sent, `g${n}`));
  expect(handled).toHaveLength(400);
  expect(depth(DEAD_LETTERS).visible).toBe(0);
}, 40_000);

/** A linear congruential generator: the same draws for the same seed. */
function drawsFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
