import { DatabaseSync } from "node:sqlite";
import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createTable } from "../../emulators/create-table.ts";
import { startDynamoDbLocal } from "../../emulators/dynamodb-local.ts";
import { createTables, type Tables } from "../../emulators/dynamodb-tables.ts";
import { startFauxqs, type Fauxqs } from "../../emulators/fauxqs.ts";
import { createBuckets } from "../../emulators/fauxqs-buckets.ts";
import { createQueues } from "../../emulators/fauxqs-queues.ts";
import type { StreamMapping, TableDefinition } from "../../graph/graph.ts";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "../../local-region.ts";
import type { EventSource } from "../event-source.ts";
import { fail, scriptLambda, type Script, type ScriptedRecord } from "../../../test/scripted-lambda.ts";
import { createStreamCheckpoints } from "./stream-checkpoints.ts";
import { createStreamMapping } from "./stream-mapping.ts";

const queueArn = "arn:aws:sqs:eu-central-2:000000000000:failures";
const uuid = "22222222-2222-4222-8222-222222222222";
const soon = { timeout: 8_000, interval: 5 };

let dynamodb: Awaited<ReturnType<typeof startDynamoDbLocal>>;
let tables: Tables;
let client: DynamoDBClient;
let fauxqs: Fauxqs;
let tableCount = 0;
let running: EventSource[] = [];

beforeAll(async () => {
  dynamodb = await startDynamoDbLocal();
  client = new DynamoDBClient({ endpoint: dynamodb.url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  const expired = { among: () => Promise.resolve(new Set<string>()) };
  tables = createTables({ dynamodb: Promise.resolve(dynamodb), region: LOCAL_REGION, definitions: [], expired });
  await tables.ready;
  fauxqs = await startFauxqs({ origin: "http://127.0.0.1:0", region: LOCAL_REGION });
}, 60_000);
afterEach(async () => {
  await Promise.all(running.map((source) => source.stop()));
  running = [];
});
afterAll(async () => {
  client.destroy();
  tables.close();
  await Promise.all([dynamodb.stop(), fauxqs.stop()]);
});

/** A table of its own with its stream, and the verbs to write to it as the front endpoint would. */
async function newTable() {
  const name = `orders-${(tableCount += 1)}`;
  const definition: TableDefinition = {
    name,
    arn: `arn:aws:dynamodb:${LOCAL_REGION}:000000000000:table/${name}`,
    component: name,
    hash: { name: "id", type: "S" },
    streamView: "NEW_AND_OLD_IMAGES",
    globalIndexes: [],
    localIndexes: [],
  };
  await createTable(client, definition);
  return {
    name,
    async put(id: string, attributes: Record<string, AttributeValue> = {}) {
      await client.send(new PutItemCommand({ TableName: name, Item: { id: { S: id }, ...attributes } }));
      tables.written();
    },
    async update(id: string, version: number) {
      await client.send(
        new UpdateItemCommand({
          TableName: name,
          Key: { id: { S: id } },
          UpdateExpression: "SET v = :v",
          ExpressionAttributeValues: { ":v": { N: String(version) } },
        }),
      );
      tables.written();
    },
    async remove(id: string) {
      await client.send(new DeleteItemCommand({ TableName: name, Key: { id: { S: id } } }));
      tables.written();
    },
  };
}

/** What was sent to topics. */
const published: [topicArn: string, body: string][] = [];
const failures = () => createQueues(fauxqs.sqs, [failuresQueue]);
const failuresQueue = {
  name: "failures",
  arn: queueArn,
  component: "Failures",
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 345_600,
  delaySeconds: 0,
  receiveWaitSeconds: 0,
  maximumMessageBytes: 1_048_576,
};

/** The mapping of a table's stream to a function that does as the script says; not started. */
function mapStream(
  tableName: string,
  script: Script,
  part: Partial<StreamMapping> = {},
  state = new DatabaseSync(":memory:"),
) {
  const lambda = scriptLambda(script);
  const mapping: StreamMapping = {
    uuid,
    kind: "dynamodb",
    eventSourceArn: `arn:aws:dynamodb:${LOCAL_REGION}:000000000000:table/${tableName}/stream/latest`,
    functionName: "change-audit",
    functionArn: `arn:aws:lambda:${LOCAL_REGION}:000000000000:function:change-audit`,
    enabled: true,
    batchSize: 100,
    maximumBatchingWindowSeconds: 0,
    reportBatchItemFailures: false,
    filters: [],
    tableName,
    startingPosition: "TRIM_HORIZON",
    parallelizationFactor: 1,
    maximumRetryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    bisectBatchOnFunctionError: false,
    ...part,
  };
  const source = createStreamMapping({
    mapping,
    checkpoints: createStreamCheckpoints(state).of(mapping.uuid),
    tables,
    queues: failures(),
    topics: { publish: (topicArn, { body }) => published.push([topicArn, body]).toString() },
    buckets: createBuckets(fauxqs.s3, [{ name: "failed", arn: "arn:aws:s3:::failed", component: "Failed" }]),
    lambda,
    region: LOCAL_REGION,
    timeScale: 0.001,
  });
  running.push(source);
  return { source, lambda, state };
}

const idOf = (record: ScriptedRecord) => record.dynamodb?.Keys["id"]?.["S"] ?? "";
const ids = (batches: readonly (readonly ScriptedRecord[])[]) => batches.map((batch) => batch.map(idOf));
const idle = (source: EventSource) => vi.waitFor(() => expect(source.idle()).toBe(true), soon);

describe("the event of a stream", () => {
  test("has the shape that Lambda gives it", async () => {
    const table = await newTable();
    const { source, lambda } = mapStream(table.name, () => undefined);
    await source.start();
    await table.put("a", {
      count: { N: "12345678901234567890.5" },
      bytes: { B: new Uint8Array([1, 2, 255]) },
      many: { BS: [new Uint8Array([3])] },
      nested: { M: { list: { L: [{ B: new Uint8Array([4]) }, { NULL: true }] } } },
    });
    await table.update("a", 2);
    await table.remove("a");
    await idle(source);
    const [inserted, modified, removed] = lambda.batches.flat();
    const image = {
      id: { S: "a" },
      count: { N: "12345678901234567890.5" },
      bytes: { B: "AQL/" },
      many: { BS: ["Aw=="] },
      nested: { M: { list: { L: [{ B: "BA==" }, { NULL: true }] } } },
    };
    expect(inserted).toEqual({
      eventID: expect.any(String),
      eventName: "INSERT",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "eu-central-2",
      dynamodb: {
        // Seconds; DynamoDB Local floors them to the minute.
        ApproximateCreationDateTime: expect.toSatisfy((at: number) => Math.abs(Date.now() / 1_000 - at) < 120),
        Keys: { id: { S: "a" } },
        NewImage: image,
        SequenceNumber: expect.stringMatching(/^\d+$/),
        SizeBytes: expect.any(Number),
        StreamViewType: "NEW_AND_OLD_IMAGES",
      },
      eventSourceARN: expect.stringMatching(
        new RegExp(`^arn:aws:dynamodb:eu-central-2:000000000000:table/${table.name}/stream/\\d{4}-`),
      ),
    });
    expect(modified).toMatchObject({ eventName: "MODIFY", dynamodb: { OldImage: image, NewImage: { v: { N: "2" } } } });
    expect(removed).toMatchObject({ eventName: "REMOVE", dynamodb: { OldImage: { id: { S: "a" } } } });
    expect(removed?.dynamodb).not.toHaveProperty("NewImage");
  });

  test("leaves out records that a filter refuses, and goes on past them", async () => {
    const table = await newTable();
    const { source, lambda, state } = mapStream(table.name, () => undefined, { filters: ['{"eventName":["REMOVE"]}'] });
    await source.start();
    await table.put("a");
    await table.remove("a");
    await table.put("b");
    await idle(source);
    expect(lambda.batches.flat().map((record) => record["eventName"])).toEqual(["REMOVE"]);
    await source.stop();
    const again = mapStream(table.name, () => undefined, {}, state);
    await again.source.start();
    await idle(again.source);
    expect(again.lambda.batches).toEqual([]);
  });
});

describe("batches of a stream", () => {
  test("are idle only after every write was read and handled", async () => {
    const table = await newTable();
    const { source, lambda } = mapStream(table.name, () => undefined, { batchSize: 7, parallelizationFactor: 3 });
    await source.start();
    for (let round = 1; round <= 10; round += 1) {
      await Promise.all(Array.from({ length: 5 }, (_, at) => table.put(`${round}-${at}`)));
      await idle(source);
      expect(lambda.batches.flat()).toHaveLength(round * 5);
    }
  });

  test("hold the batch size at most, in order", async () => {
    const table = await newTable();
    for (let at = 0; at < 10; at += 1) await table.put(`item-${at}`);
    const { source, lambda } = mapStream(table.name, () => undefined, { batchSize: 4 });
    await source.start();
    await idle(source);
    expect(lambda.batches.map(({ length }) => length)).toEqual([4, 4, 2]);
    expect(ids(lambda.batches).flat()).toEqual(Array.from({ length: 10 }, (_, at) => `item-${at}`));
  });

  test("of one shard never overlap with a parallelization factor of 1", async () => {
    const table = await newTable();
    for (let at = 0; at < 10; at += 1) await table.put(`item-${at}`);
    const { source, lambda } = mapStream(table.name, () => new Promise<void>(setImmediate), { batchSize: 1 });
    await source.start();
    await idle(source);
    expect(lambda.batches).toHaveLength(10);
    expect(lambda.mostRunning).toBe(1);
  });

  test("run side by side up to the parallelization factor, with the order kept per partition key", async () => {
    const table = await newTable();
    for (let version = 1; version <= 5; version += 1) {
      for (let at = 0; at < 12; at += 1) await table.update(`item-${at}`, version);
    }
    const { source, lambda } = mapStream(table.name, () => new Promise<void>(setImmediate), {
      batchSize: 3,
      parallelizationFactor: 4,
    });
    await source.start();
    await idle(source);
    expect(lambda.mostRunning).toBeGreaterThan(1);
    expect(lambda.mostRunning).toBeLessThanOrEqual(4);
    const perKey = Map.groupBy(lambda.batches.flat(), idOf);
    expect(perKey.size).toBe(12);
    for (const records of perKey.values()) {
      const order = records.map(({ dynamodb: change }) => Number(change?.SequenceNumber));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(order).toHaveLength(5);
    }
  });

  test("wait for the batching window", async () => {
    const table = await newTable();
    // The window of 300 s is 300 ms at this time scale.
    const { source, lambda } = mapStream(table.name, () => undefined, { maximumBatchingWindowSeconds: 300 });
    await source.start();
    await table.put("a");
    await table.put("b");
    await idle(source);
    expect(ids(lambda.batches)).toEqual([["a", "b"]]);
  });

  test("stay under 6 MB", async () => {
    const table = await newTable();
    const text = "x".repeat(390_000);
    for (let at = 0; at < 20; at += 1) await table.put(`item-${at}`, { text: { S: text } });
    const { source, lambda } = mapStream(table.name, () => undefined);
    await source.start();
    await idle(source);
    expect(lambda.batches.flat()).toHaveLength(20);
    expect(lambda.batches.length).toBeGreaterThan(1);
    for (const payload of lambda.payloads) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(6 * 1024 * 1024);
  }, 30_000);
});

describe("the starting position", () => {
  test("TRIM_HORIZON reads what was written before, LATEST does not", async () => {
    const table = await newTable();
    await table.put("before");
    const oldest = mapStream(table.name, () => undefined, { startingPosition: "TRIM_HORIZON" });
    const latest = mapStream(table.name, () => undefined, { startingPosition: "LATEST" });
    await Promise.all([oldest.source.start(), latest.source.start()]);
    await table.put("after");
    await Promise.all([idle(oldest.source), idle(latest.source)]);
    expect(ids(oldest.lambda.batches).flat()).toEqual(["before", "after"]);
    expect(ids(latest.lambda.batches).flat()).toEqual(["after"]);
  });

  test("LATEST is where the mapping was made, not where it was started again", async () => {
    const table = await newTable();
    await table.put("before");
    const first = mapStream(table.name, () => fail(), { startingPosition: "LATEST" });
    await first.source.start();
    await table.put("failed");
    await vi.waitFor(() => expect(first.lambda.batches.length).toBeGreaterThan(0), soon);
    await first.source.stop();
    await table.put("meanwhile");
    const second = mapStream(table.name, () => undefined, { startingPosition: "LATEST" }, first.state);
    await second.source.start();
    await idle(second.source);
    expect(ids(second.lambda.batches).flat()).toEqual(["failed", "meanwhile"]);
  });
});

describe("a restart", () => {
  test("goes on from the stored checkpoint", async () => {
    const table = await newTable();
    const first = mapStream(table.name, () => undefined);
    await first.source.start();
    await table.put("a");
    await table.put("b");
    await idle(first.source);
    await first.source.stop();
    await table.put("c");
    const second = mapStream(table.name, () => undefined, {}, first.state);
    await second.source.start();
    await idle(second.source);
    expect(ids(second.lambda.batches)).toEqual([["c"]]);
  });

  test("repeats records whose batch had not succeeded", async () => {
    const table = await newTable();
    await table.put("a");
    await table.put("b");
    const first = mapStream(
      table.name,
      (records) => (records.some((record) => idOf(record) === "b") ? fail() : undefined),
      {
        batchSize: 1,
      },
    );
    await first.source.start();
    await vi.waitFor(() => expect(first.lambda.batches.length).toBeGreaterThan(1), soon);
    await first.source.stop();
    const second = mapStream(table.name, () => undefined, {}, first.state);
    await second.source.start();
    await idle(second.source);
    expect(ids(second.lambda.batches)).toEqual([["b"]]);
  });
});

describe("an exhausted batch", () => {
  const exhausted = { maximumRetryAttempts: 2, batchSize: 2 };

  test("goes to a queue as pointers, in the recorded shape", async () => {
    const table = await newTable();
    await table.put("a");
    await table.put("b");
    await table.put("c");
    const { source, lambda } = mapStream(table.name, (records) => (idOf(records[0]!) === "a" ? fail() : undefined), {
      ...exhausted,
      onFailure: queueArn,
    });
    await source.start();
    await idle(source);
    expect(ids(lambda.batches)).toEqual([["a", "b"], ["a", "b"], ["a", "b"], ["c"]]);
    const [message, ...more] = failures().receive(queueArn, 10, { visibilityMs: 1_000 });
    expect(more).toEqual([]);
    const sequence = lambda.batches[0]?.map(({ dynamodb: change }) => change?.SequenceNumber);
    expect(JSON.parse(message?.body ?? "")).toEqual({
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: "arn:aws:lambda:eu-central-2:000000000000:function:change-audit",
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      DDBStreamBatchInfo: {
        shardId: expect.stringMatching(/^shardId-/),
        startSequenceNumber: sequence?.[0],
        endSequenceNumber: sequence?.[1],
        approximateArrivalOfFirstRecord: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        approximateArrivalOfLastRecord: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        batchSize: 2,
        streamArn: lambda.batches[0]?.[0]?.["eventSourceARN"],
      },
    });
    failures().delete(queueArn, [message?.receiptHandle ?? ""]);
    expect(source.status()[0]).toMatchObject({ batches: 4, records: 7, retries: 2, failures: 3, discarded: 2 });
  });

  test("that failed in part goes from the lowest reported record on, with no function error", async () => {
    const table = await newTable();
    await table.put("a");
    await table.put("b");
    const { source, lambda } = mapStream(
      table.name,
      (records) => ({ batchItemFailures: [{ itemIdentifier: records.at(-1)?.dynamodb?.SequenceNumber }] }),
      { ...exhausted, reportBatchItemFailures: true, onFailure: queueArn },
    );
    await source.start();
    await idle(source);
    expect(ids(lambda.batches)).toEqual([["a", "b"], ["b"], ["b"]]);
    const [message] = failures().receive(queueArn, 10, { visibilityMs: 1_000 });
    expect(JSON.parse(message?.body ?? "")).toMatchObject({
      requestContext: { approximateInvokeCount: 3 },
      responseContext: { functionError: null },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
    failures().delete(queueArn, [message?.receiptHandle ?? ""]);
  });

  test("goes to a topic as pointers, as to a queue", async () => {
    const table = await newTable();
    await table.put("a");
    const onFailure = `arn:aws:sns:${LOCAL_REGION}:000000000000:failed`;
    const { source } = mapStream(table.name, () => fail(), { maximumRetryAttempts: 0, onFailure });
    await source.start();
    await idle(source);
    expect(published.map(([topicArn]) => topicArn)).toEqual([onFailure]);
    const record: unknown = JSON.parse(published[0]?.[1] ?? "");
    expect(record).toMatchObject({
      requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 1 },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
    expect(record).not.toHaveProperty("payload");
  });

  test("goes to a bucket with the whole batch, under AWS's key", async () => {
    const table = await newTable();
    await table.put("a");
    const { source, lambda } = mapStream(table.name, () => fail(), {
      maximumRetryAttempts: 0,
      onFailure: "arn:aws:s3:::failed",
    });
    await source.start();
    await idle(source);
    const [object, ...more] = fauxqs.s3.listObjects("failed").objects;
    expect(more).toEqual([]);
    expect(object?.key).toMatch(
      new RegExp(
        `^aws/lambda/${uuid}/shardId-[^/]+/\\d{4}/\\d\\d/\\d\\d/\\d{4}-\\d\\d-\\d\\dT\\d\\d\\.\\d\\d\\.\\d\\d-[0-9a-f-]{36}$`,
      ),
    );
    const record = JSON.parse(fauxqs.s3.getObject("failed", object?.key ?? "").body.toString());
    expect(record).toMatchObject({
      requestContext: { approximateInvokeCount: 1 },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
    expect(record.payload).toBe(lambda.payloads[0]);
  });
});

test("stopping leaves nothing running and reads nothing more", async () => {
  const table = await newTable();
  const { source, lambda } = mapStream(table.name, () => undefined);
  await source.start();
  await source.stop();
  await table.put("a");
  await new Promise(setImmediate);
  expect(lambda.batches).toEqual([]);
});
