import { afterEach, describe, expect, test, vi } from "vitest";
import { startFauxqs, type Fauxqs } from "../../emulators/fauxqs.ts";
import { createQueues } from "../../emulators/fauxqs-queues.ts";
import type { QueueDefinition, QueueMapping } from "../../graph/graph.ts";
import { functionNamed, startLambda } from "../../../test/lambda-fixture.ts";
import { TooManyRequests, type LambdaService } from "../../lambda/lambda-service.ts";
import type { EventSource } from "../event-source.ts";
import { fail, scriptLambda, type Script, type ScriptedRecord } from "../../../test/scripted-lambda.ts";
import { createSqsMapping } from "./sqs-mapping.ts";

const arnOf = (name: string) => `arn:aws:sqs:eu-central-2:000000000000:${name}`;
const definition = (name: string, part: Partial<QueueDefinition> = {}): QueueDefinition => ({
  name,
  arn: arnOf(name),
  component: name,
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 345_600,
  delaySeconds: 0,
  receiveWaitSeconds: 0,
  maximumMessageBytes: 1_048_576,
  ...part,
});

let fauxqs: Fauxqs | undefined;
let running: EventSource | undefined;
afterEach(async () => {
  await running?.stop();
  await fauxqs?.stop();
  fauxqs = running = undefined;
});

/** A queue `orders` with `orders-dlq`, its mapping (not started), and a function that does as the script says. */
async function mapQueue(
  script: Script,
  part: Partial<QueueMapping> = {},
  options: { visibilitySeconds?: number; lambda?: Pick<LambdaService, "invoke"> } = {},
) {
  const visibilityTimeoutSeconds = options.visibilitySeconds ?? 30;
  fauxqs = await startFauxqs({ origin: "http://127.0.0.1:0", region: "eu-central-2" });
  const queues = createQueues(fauxqs.sqs, [
    definition("orders-dlq"),
    definition("orders", {
      visibilityTimeoutSeconds,
      redrive: { deadLetterArn: arnOf("orders-dlq"), maxReceiveCount: 2 },
    }),
  ]);
  const lambda = scriptLambda(script);
  const mapping: QueueMapping = {
    uuid: "11111111-1111-4111-8111-111111111111",
    kind: "sqs",
    eventSourceArn: arnOf("orders"),
    functionName: "order-queue",
    functionArn: "arn:aws:lambda:eu-central-2:000000000000:function:order-queue",
    enabled: true,
    batchSize: 10,
    maximumBatchingWindowSeconds: 0,
    reportBatchItemFailures: true,
    filters: [],
    ...part,
  };
  const source = createSqsMapping({
    mapping,
    visibilityTimeoutSeconds,
    queues,
    lambda: options.lambda ?? lambda,
    region: "eu-central-2",
    timeScale: 1,
  });
  running = source;
  const send = (...bodies: string[]) => bodies.forEach((body) => queues.send(arnOf("orders"), { body }));
  const depth = (name: string) => queues.depth(arnOf(name));
  return { queues, lambda, source, send, depth };
}

const bodies = (batch: readonly ScriptedRecord[] | undefined) => batch?.map(({ body }) => body);
const failing =
  (...wanted: string[]) =>
  (records: readonly ScriptedRecord[]) => ({
    batchItemFailures: records
      .filter(({ body }) => wanted.includes(body ?? ""))
      .map(({ messageId }) => ({ itemIdentifier: messageId })),
  });
const soon = { timeout: 5_000, interval: 5 };

describe("the event of a queue", () => {
  test("has the shape that Lambda gives it", async () => {
    const { queues, lambda, source } = await mapQueue(() => undefined);
    queues.send(arnOf("orders"), { body: "hello", attributes: { reason: "test" } });
    await source.start();
    await vi.waitFor(() => expect(lambda.payloads).toHaveLength(1), soon);
    expect(lambda.batches[0]).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: "hello",
        attributes: {
          ApproximateReceiveCount: "1",
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          reason: { stringValue: "test", stringListValues: [], binaryListValues: [], dataType: "String" },
        },
        md5OfBody: "5d41402abc4b2a76b9719d911017c592",
        md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: "aws:sqs",
        eventSourceARN: arnOf("orders"),
        awsRegion: "eu-central-2",
      },
    ]);
  });
});

describe("batches of a queue", () => {
  test("go out at the batch size", async () => {
    const { lambda, source, send } = await mapQueue(() => undefined, { batchSize: 4 });
    send(..."abcdefghij".split(""));
    await source.start();
    await vi.waitFor(() => expect(lambda.batches.flat()).toHaveLength(10), soon);
    expect(lambda.batches.map(({ length }) => length)).toEqual([4, 4, 2]);
  });

  test("above ten messages are gathered over several receives", async () => {
    const { lambda, source, send } = await mapQueue(() => undefined, {
      batchSize: 25,
      maximumBatchingWindowSeconds: 1,
    });
    send(...Array.from({ length: 25 }, (_, at) => String(at)));
    await source.start();
    await vi.waitFor(() => expect(lambda.batches).toHaveLength(1), soon);
    expect(lambda.batches[0]).toHaveLength(25);
  });

  test("go out when the batching window ends", async () => {
    const { lambda, source, send } = await mapQueue(() => undefined, {
      batchSize: 100,
      maximumBatchingWindowSeconds: 1,
    });
    await source.start();
    send("first");
    const began = performance.now();
    await vi.waitFor(() => expect(source.idle()).toBe(false), soon);
    send("second");
    await vi.waitFor(() => expect(lambda.batches).toHaveLength(1), soon);
    expect(bodies(lambda.batches[0])).toEqual(["first", "second"]);
    expect(performance.now() - began).toBeGreaterThan(900);
  });

  test("go out before they exceed 6 MB", async () => {
    const { lambda, source, send, depth } = await mapQueue(() => undefined, { batchSize: 10, maximumConcurrency: 2 });
    send(...Array.from({ length: 9 }, (_, at) => String(at).repeat(1_000_000)));
    await source.start();
    await vi.waitFor(() => expect(lambda.batches.flat()).toHaveLength(9), soon);
    for (const payload of lambda.payloads) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(6 * 1024 * 1024);
    await vi.waitFor(() => expect(depth("orders").inFlight).toBe(0), soon);
    expect(new Set(bodies(lambda.batches.flat())).size).toBe(9);
  });

  test("leave out what a filter refuses, which is deleted", async () => {
    const filters = ['{"body":{"type":["placed"]}}'];
    const { lambda, source, send } = await mapQueue(() => undefined, { filters });
    send('{"type":"placed"}', '{"type":"cancelled"}', "no JSON");
    await source.start();
    await vi.waitFor(() => expect(source.idle()).toBe(true), soon);
    expect(bodies(lambda.batches.flat())).toEqual(['{"type":"placed"}']);
  });

  test("are never more at a time than the maximum concurrency", async () => {
    const release: (() => void)[] = [];
    const script = () => new Promise<void>((resolve) => release.push(resolve));
    const { lambda, source, send, depth } = await mapQueue(script, { batchSize: 1, maximumConcurrency: 2 });
    send(..."abcde".split(""));
    await source.start();
    await vi.waitFor(() => expect(lambda.running).toBe(2), soon);
    while (depth("orders").inFlight + depth("orders").visible > 0) {
      release.splice(0).forEach((free) => free());
      await new Promise(setImmediate);
    }
    expect(lambda.mostRunning).toBe(2);
    expect(lambda.batches).toHaveLength(5);
  });

  test("start with five at a time and grow while messages wait", async () => {
    const release: (() => void)[] = [];
    const { lambda, source, send } = await mapQueue(() => new Promise<void>((resolve) => release.push(resolve)), {
      batchSize: 1,
    });
    send(...Array.from({ length: 30 }, (_, at) => String(at)));
    await source.start();
    await vi.waitFor(() => expect(lambda.running).toBe(5), soon);
    await vi.waitFor(() => expect(lambda.running).toBeGreaterThan(6), soon);
    await vi.waitFor(() => {
      release.splice(0).forEach((free) => free());
      expect(source.idle()).toBe(true);
    }, soon);
  });
});

describe("after an invocation", () => {
  test("that succeeded all messages are deleted", async () => {
    const { source, send, depth } = await mapQueue(() => ({ batchItemFailures: [] }));
    send("a", "b");
    await source.start();
    await vi.waitFor(() => expect(source.idle()).toBe(true), soon);
    expect(depth("orders")).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(depth("orders-dlq")).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test("with reported failures only the others are deleted, and the reported come back when their visibility ends", async () => {
    const { lambda, source, send, depth } = await mapQueue(
      (records, invocation) => (invocation === 1 ? failing("b")(records) : undefined),
      {},
      { visibilitySeconds: 1 },
    );
    send("a", "b", "c");
    await source.start();
    await vi.waitFor(() => expect(lambda.batches).toHaveLength(1), soon);
    await vi.waitFor(() => expect(depth("orders").inFlight).toBe(1), soon);
    expect(source.idle()).toBe(false);
    await vi.waitFor(() => expect(source.idle()).toBe(true), soon);
    expect(lambda.batches.map(bodies)).toEqual([["a", "b", "c"], ["b"]]);
    expect(lambda.batches[1]?.[0]?.["attributes"]).toMatchObject({ ApproximateReceiveCount: "2" });
  });

  test("reported failures mean nothing where the mapping does not ask for them", async () => {
    const { source, send } = await mapQueue(failing("a"), { reportBatchItemFailures: false });
    send("a");
    await source.start();
    await vi.waitFor(() => expect(source.idle()).toBe(true), soon);
  });

  test.each([
    ["a function error", () => fail()],
    ["an unknown itemIdentifier", () => ({ batchItemFailures: [{ itemIdentifier: "nobody" }] })],
    ["a null itemIdentifier", () => ({ batchItemFailures: [{ itemIdentifier: null }] })],
    ["invalid JSON", () => '{"batchItemFailures":'],
  ])("with %s nothing is deleted", async (_, script) => {
    const { lambda, source, send, depth } = await mapQueue(script);
    send("a", "b");
    await source.start();
    await vi.waitFor(() => expect(source.status()[0]?.failures).toBe(1), soon);
    expect(lambda.batches).toHaveLength(1);
    expect(depth("orders")).toEqual({ visible: 0, inFlight: 2, delayed: 0 });
  });

  test("that timed out nothing is deleted", async () => {
    const fixture = await startLambda(
      { slow: "export const handler = () => new Promise((done) => setTimeout(done, 60_000));" },
      [functionNamed("order-queue", { handler: "slow.handler", timeoutSeconds: 0.2 })],
    );
    try {
      const { source, send, depth } = await mapQueue(() => undefined, {}, fixture);
      send("a", "b");
      await source.start();
      await vi.waitFor(() => expect(source.status()[0]?.failures).toBe(1), soon);
      expect(fixture.lambda.logs("order-queue").some(({ line }) => line.includes("Task timed out"))).toBe(true);
      expect(depth("orders")).toEqual({ visible: 0, inFlight: 2, delayed: 0 });
    } finally {
      await fixture.stop();
    }
  });

  test("that failed as often as the queue allows the message moves to the dead-letter queue", async () => {
    const { lambda, source, send, depth } = await mapQueue(() => fail(), {}, { visibilitySeconds: 1 });
    send("poison");
    await source.start();
    await vi.waitFor(() => expect(depth("orders-dlq").visible).toBe(1), soon);
    expect(lambda.batches).toHaveLength(2);
    expect(source.idle()).toBe(true);
  });

  test("that was throttled the batch is tried again while its messages are hidden", async () => {
    const { lambda, source, send } = await mapQueue((_, invocation) => {
      if (invocation < 4) throw new TooManyRequests("order-queue", "ReservedFunctionConcurrentInvocationLimitExceeded");
      return undefined;
    });
    send("a");
    await source.start();
    await vi.waitFor(() => expect(source.idle()).toBe(true), soon);
    expect(lambda.batches.map((batch) => batch[0]?.["attributes"])).toEqual(
      Array(4).fill(expect.objectContaining({ ApproximateReceiveCount: "1" })),
    );
    expect(source.status()[0]).toMatchObject({ batches: 4, retries: 3, failures: 0 });
  });

  test("a throttled batch is let go when its visibility ends", async () => {
    const { lambda, source, send, depth } = await mapQueue(
      () => {
        throw new TooManyRequests("order-queue", "ReservedFunctionConcurrentInvocationLimitExceeded");
      },
      {},
      { visibilitySeconds: 1 },
    );
    send("a");
    await source.start();
    await vi.waitFor(() => expect(depth("orders-dlq").visible).toBe(1), soon);
    expect(new Set(lambda.batches.flat().map((record) => record["receiptHandle"])).size).toBe(2);
  });

  test("errors reduce the concurrency", async () => {
    const release: (() => void)[] = [];
    const script: Script = async (_, invocation) => {
      if (invocation <= 5) return fail();
      return await new Promise<void>((resolve) => release.push(resolve));
    };
    const { lambda, source, send } = await mapQueue(script, { batchSize: 1 });
    send(..."abcde".split(""));
    await source.start();
    await vi.waitFor(() => expect(source.status()[0]?.failures).toBe(5), soon);
    send(..."fghij".split(""));
    await vi.waitFor(() => expect(lambda.batches).toHaveLength(6), soon);
    await new Promise(setImmediate);
    expect(lambda.running).toBe(1);
    release.splice(0).forEach((free) => free());
    await vi.waitFor(() => expect(lambda.batches.length).toBeGreaterThan(6), soon);
    await vi.waitFor(() => {
      release.splice(0).forEach((free) => free());
      expect(lambda.batches).toHaveLength(10);
    }, soon);
  });
});

describe("stopping", () => {
  test("leaves messages that were not handled in the queue", async () => {
    const { lambda, source, send, depth } = await mapQueue(() => fail(), {}, { visibilitySeconds: 30 });
    send("a");
    await source.start();
    await vi.waitFor(() => expect(lambda.batches).toHaveLength(1), soon);
    await source.stop();
    send("b");
    await new Promise(setImmediate);
    expect(lambda.batches).toHaveLength(1);
    expect(depth("orders")).toEqual({ visible: 1, inFlight: 1, delayed: 0 });
  });

  test("makes messages visible at once whose batching window is still open", async () => {
    const { lambda, source, send, depth } = await mapQueue(() => undefined, {
      batchSize: 100,
      maximumBatchingWindowSeconds: 300,
    });
    await source.start();
    send("a", "b");
    await vi.waitFor(() => expect(depth("orders").inFlight).toBe(2), soon);
    await source.stop();
    expect(depth("orders")).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
    expect(lambda.batches).toEqual([]);
  });

  test("does not delete for an invocation that ends afterwards", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { lambda, source, send, depth } = await mapQueue(() => promise);
    send("a");
    await source.start();
    await vi.waitFor(() => expect(lambda.running).toBe(1), soon);
    await source.stop();
    resolve();
    await new Promise(setImmediate);
    expect(depth("orders").inFlight).toBe(1);
  }, 10_000);
});
