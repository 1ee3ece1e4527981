import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { testGraph } from "../test/testing-graph.ts";
import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS, LOCAL_REGION } from "./local-region.ts";
import { startLocalCloud, type LocalCloud } from "./start-local-cloud.ts";

const LIMIT_MS = 60_000;
const soon = { timeout: 30_000, interval: 10 };
const TABLE = "test-lines";

/** A table with a composite key, an index of each kind, a stream and a time to live. */
const table = {
  type: "aws:dynamodb/table:Table",
  name: "LinesTable",
  inputs: {
    name: TABLE,
    attributes: ["order", "line", "product", "region"].map((name) => ({ name, type: name === "line" ? "N" : "S" })),
    hashKey: "order",
    rangeKey: "line",
    globalSecondaryIndexes: [
      { name: "by-product", hashKey: "product", rangeKey: "line", projectionType: "ALL" },
      {
        name: "by-region",
        keySchemas: [{ attributeName: "region", keyType: "HASH" }],
        projectionType: "INCLUDE",
        nonKeyAttributes: ["product"],
      },
    ],
    localSecondaryIndexes: [{ name: "of-order-by-product", rangeKey: "product", projectionType: "KEYS_ONLY" }],
    streamEnabled: true,
    streamViewType: "NEW_AND_OLD_IMAGES",
    ttl: { attributeName: "expiresAt", enabled: true },
  },
};

const consumer = (name: string, mapping: object = {}) => [
  {
    type: "aws:lambda/function:Function",
    name,
    inputs: { name, handler: `${name}.handler`, runtime: "nodejs24.x", timeout: 20 },
  },
  {
    type: "aws:lambda/eventSourceMapping:EventSourceMapping",
    name: `${name}Mapping`,
    inputs: {
      functionName: name,
      eventSourceArn: `arn:aws:dynamodb:${LOCAL_REGION}:${LOCAL_ACCOUNT}:table/${TABLE}/stream/latest`,
      startingPosition: "TRIM_HORIZON",
      ...mapping,
    },
  },
];

/** Logs what each record is, so that a test can read it. */
const LOGGING = `export const handler = async ({ Records }) => {
  for (const { eventName, userIdentity, dynamodb } of Records)
    process.stdout.write("saw " + JSON.stringify([eventName, dynamodb.Keys.order.S, userIdentity ?? null]) + "\\n");
};`;

let root: string;
let cloud: LocalCloud;
let client: DynamoDBClient;
let lines: { function: string; line: string }[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "doorbell-tables-"));
  for (const name of ["everything", "removals"]) await writeFile(join(root, `${name}.ts`), LOGGING);
  await writeFile(join(root, "broken.ts"), `export const handler = async () => { throw new Error("as asked"); };`);
  cloud = await startLocalCloud({
    root,
    timeScale: 0.001,
    graph: testGraph([
      table,
      ...consumer("everything"),
      ...consumer("removals", { filterCriteria: { filters: [{ pattern: '{"eventName":["REMOVE"]}' }] } }),
      ...consumer("broken", { maximumRetryAttempts: 10_000 }),
    ]),
  });
  cloud.lambda.onLog((line) => lines.push(line));
  client = new DynamoDBClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: LOCAL_CREDENTIALS });
}, LIMIT_MS);
beforeEach(() => {
  lines = [];
});
afterAll(async () => {
  client.destroy();
  await cloud.stop();
  await rm(root, { recursive: true });
});

const put = (order: string, line: number, rest: Record<string, AttributeValue> = {}) =>
  client.send(new PutItemCommand({ TableName: TABLE, Item: { order: { S: order }, line: { N: `${line}` }, ...rest } }));
const expiresIn = (seconds: number) => ({ expiresAt: { N: `${Math.floor(Date.now() / 1_000) + seconds}` } });
const orders = async () =>
  (await client.send(new ScanCommand({ TableName: TABLE, ConsistentRead: true }))).Items?.map(
    (item) => item["order"]?.S,
  );
const seenBy = (name: string): unknown[] =>
  lines.flatMap(({ function: of, line }) => {
    const [, json] = /^saw (.*)$/.exec(line) ?? [];
    return of === name && json !== undefined ? [JSON.parse(json)] : [];
  });

describe("a table of the graph", () => {
  test("has its composite key and its indexes, global and local", { timeout: LIMIT_MS }, async () => {
    await put("o1", 2, { product: { S: "apple" }, region: { S: "north" }, note: { S: "x" } });
    await put("o1", 1, { product: { S: "pear" }, region: { S: "north" } });
    await put("o2", 1, { product: { S: "apple" } });
    const query = async (condition: string, value: AttributeValue, IndexName?: string) => {
      const [, name = ""] = /^#(\w+)/.exec(condition) ?? [];
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: TABLE,
          IndexName,
          KeyConditionExpression: condition,
          ExpressionAttributeNames: { [`#${name}`]: name },
          ExpressionAttributeValues: { ":v": value },
        }),
      );
      return Items;
    };
    const names = (items: Record<string, AttributeValue>[]) =>
      items.map((item) => `${item["order"]?.S}/${item["line"]?.N}`);
    expect(names(await query("#order = :v", { S: "o1" }))).toEqual(["o1/1", "o1/2"]);
    expect(names(await query("#product = :v", { S: "apple" }, "by-product"))).toEqual(["o2/1", "o1/2"]);
    expect(names(await query("#order = :v", { S: "o1" }, "of-order-by-product"))).toEqual(["o1/2", "o1/1"]);
    const [projected] = await query("#region = :v", { S: "north" }, "by-region");
    expect(Object.keys(projected ?? {}).toSorted()).toEqual(["line", "order", "product", "region"]);
  });
});

describe("several functions on one stream", () => {
  test("each see every record, in order, whatever another one fails at or filters", { timeout: LIMIT_MS }, async () => {
    for (const n of [1, 2, 3]) await put(`several-${n}`, 1);
    await client.send(
      new DeleteItemCommand({ TableName: TABLE, Key: { order: { S: "several-2" }, line: { N: "1" } } }),
    );
    const removal = ["REMOVE", "several-2", null];
    await vi.waitFor(() => {
      const ofTest = (name: string) => seenBy(name).filter((each) => JSON.stringify(each).includes("several-"));
      expect(ofTest("everything")).toEqual([...[1, 2, 3].map((n) => ["INSERT", `several-${n}`, null]), removal]);
      expect(ofTest("removals")).toEqual([removal]);
    }, soon);
    const statuses = (await cloud.status()).mappings.map((each) => [each.target, each.failures > 0]);
    expect(statuses).toEqual([
      ["everything", false],
      ["removals", false],
      ["broken", true],
    ]);
  });
});

// AWS: "Using time to live (TTL) in DynamoDB", "DynamoDB Streams and Time to Live".
describe("time to live", () => {
  const SERVICE = { type: "Service", principalId: "dynamodb.amazonaws.com" };

  test(
    "deletes an item that has expired, and the record names the service; a deletion of a client's does not",
    { timeout: LIMIT_MS },
    async () => {
      await put("expired", 1, expiresIn(-60));
      await put("deleted", 1, expiresIn(3_600));
      await client.send(
        new DeleteItemCommand({ TableName: TABLE, Key: { order: { S: "deleted" }, line: { N: "1" } } }),
      );
      await vi.waitFor(() => {
        expect(seenBy("removals")).toContainEqual(["REMOVE", "expired", SERVICE]);
        expect(seenBy("removals")).toContainEqual(["REMOVE", "deleted", null]);
      }, soon);
      expect(await orders()).not.toContain("expired");
    },
  );

  test("is in the records that a client reads of the stream itself", { timeout: LIMIT_MS }, async () => {
    await put("read-by-client", 1, expiresIn(-60));
    await vi.waitFor(async () => expect(await orders()).not.toContain("read-by-client"), soon);
    const streams = new DynamoDBStreamsClient({
      endpoint: cloud.endpoint,
      region: cloud.region,
      credentials: LOCAL_CREDENTIALS,
    });
    const { Streams: [stream] = [] } = await streams.send(new ListStreamsCommand({ TableName: TABLE }));
    const { StreamDescription: described } = await streams.send(
      new DescribeStreamCommand({ StreamArn: stream?.StreamArn }),
    );
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({
        StreamArn: stream?.StreamArn,
        ShardId: described?.Shards?.[0]?.ShardId,
        ShardIteratorType: "TRIM_HORIZON",
      }),
    );
    const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
    streams.destroy();
    const identities = (order: string) =>
      Records.filter(({ dynamodb }) => dynamodb?.Keys?.["order"]?.S === order).map(({ userIdentity }) => userIdentity);
    expect(identities("read-by-client")).toEqual([
      undefined,
      { Type: "Service", PrincipalId: "dynamodb.amazonaws.com" },
    ]);
  });

  test(
    "leaves alone what expires later, has no number, or expired more than five years ago",
    { timeout: LIMIT_MS },
    async () => {
      await put("later", 1, expiresIn(3_600));
      await put("text", 1, { expiresAt: { S: "1" } });
      await put("long ago", 1, expiresIn(-6 * 365 * 86_400));
      await put("never", 1);
      // What expires after these were written goes; so a sweep has passed them.
      await put("now", 1, expiresIn(-1));
      await vi.waitFor(async () => expect(await orders()).not.toContain("now"), soon);
      expect(await orders()).toEqual(expect.arrayContaining(["later", "text", "long ago", "never"]));
    },
  );

  test("of hundreds of items each deletion is told as one", { timeout: LIMIT_MS }, async () => {
    for (let n = 0; n < 200; n += 20)
      await Promise.all(Array.from({ length: 20 }, (_, each) => put(`many-${n + each}`, 1, expiresIn(-60))));
    await vi.waitFor(() => {
      const removed = seenBy("everything").filter((each) => JSON.stringify(each).startsWith('["REMOVE","many-'));
      expect(removed).toHaveLength(200);
      expect(new Set(removed.map((each) => JSON.stringify(each)))).toEqual(
        new Set(Array.from({ length: 200 }, (_, n) => JSON.stringify(["REMOVE", `many-${n}`, SERVICE]))),
      );
    }, soon);
  });
});
