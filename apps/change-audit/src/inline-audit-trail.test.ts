import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { dynamoStore } from "@doorbell/idempotency/dynamo-store";
import { startTables, type TestTables } from "@doorbell/local-cloud/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { OrderEntry } from "./audited-orders.ts";
import { inlineAuditTrail } from "./inline-audit-trail.ts";

const table = "audit";
const remainingMs = () => 10_000;
let tables: TestTables;
let client: DynamoDBClient;
const calls: string[] = [];
let loseAnswers = 0;
let throttledVersion = "";
let orders = 0;
let orderKey: string;

beforeAll(async () => {
  tables = await startTables([{ name: table, hash: "orderKey", range: { name: "version", type: "N" } }]);
  client = new DynamoDBClient({ ...tables.clientConfig, maxAttempts: 2 });
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (args) => {
        calls.push(commandName);
        return next(args);
      },
    { step: "initialize" },
  );
  // Keeps the statements of one version from DynamoDB and answers them as a partition that is too busy does.
  client.middlewareStack.add(
    (next) => async (args) => {
      const { input } = args;
      if (!("Statements" in input) || throttledVersion === "") return next(args);
      const statements = input.Statements ?? [];
      const isThrottled = statements.map(({ Parameters = [] }) => Parameters.some(({ N }) => N === throttledVersion));
      const passed = statements.filter((_, at) => !isThrottled[at]);
      const { output, response } = await next({ ...args, input: { ...input, Statements: passed } });
      const answers = ("Responses" in output && Array.isArray(output.Responses) ? output.Responses : []).values();
      const Responses = isThrottled.map((is) =>
        is ? { Error: { Code: "ThrottlingError" as const } } : answers.next().value,
      );
      return { response, output: { ...output, Responses } };
    },
    { step: "initialize" },
  );
  // The write happens and its answer is lost, as when a connection breaks: the SDK then tries again by itself.
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      if (loseAnswers === 0) return answer;
      loseAnswers -= 1;
      throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
    },
    { step: "deserialize", priority: "low" },
  );
});
afterAll(async () => {
  client.destroy();
  await tables.stop();
});

beforeEach(() => {
  calls.length = 0;
  orders += 1;
  orderKey = `o-${orders}`;
});

function entry(version: number, facts: Partial<OrderEntry> = {}): OrderEntry {
  return {
    orderKey,
    version,
    eventName: "MODIFY",
    eventId: `e-${version}`,
    at: 1_767_225_600,
    before: `d${version - 1}`,
    after: `d${version}`,
    changes: [{ path: "/version", before: `{"N":"${version - 1}"}`, after: `{"N":"${version}"}` }],
    ...facts,
  };
}

const trail = (tableName = table) => inlineAuditTrail({ store: dynamoStore(client), table: tableName });
const versions = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));
const applied = (count: number) => Array.from({ length: count }, () => ({ kind: "applied" }));
const duplicates = (count: number) => Array.from({ length: count }, () => ({ kind: "duplicate" }));

async function stored(version: number) {
  const Key = { orderKey: { S: orderKey }, version: { N: String(version) } };
  return (await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
}

test("25 new entries are one call that writes, and nothing is read", async () => {
  expect(await trail().apply(versions(1, 25), { remainingMs })).toMatchObject(applied(25));
  expect(calls).toEqual(["BatchExecuteStatementCommand"]);
});

test("an entry is stored whole", async () => {
  await trail().apply([entry(2, { correlationId: "upload-7" })], { remainingMs });
  expect(await stored(2)).toEqual({
    orderKey: { S: orderKey },
    version: { N: "2" },
    eventName: { S: "MODIFY" },
    eventId: { S: "e-2" },
    at: { N: "1767225600" },
    correlationId: { S: "upload-7" },
    before: { S: "d1" },
    after: { S: "d2" },
    changes: {
      L: [{ M: { path: { S: "/version" }, before: { S: '{"N":"1"}' }, after: { S: '{"N":"2"}' } } }],
    },
  });
});

test("entries delivered again are recognised by one batch read, and stay as they are", async () => {
  await trail().apply(versions(1, 10), { remainingMs });
  const first = await stored(3);
  calls.length = 0;
  const again = versions(1, 10).map((each) => ({ ...each, at: 1 }));
  expect(await trail().apply(again, { remainingMs })).toMatchObject(duplicates(10));
  expect(calls).toEqual(["BatchExecuteStatementCommand", "BatchGetItemCommand"]);
  expect(await stored(3)).toEqual(first);
});

test("the same entry twice in a batch is stored once", async () => {
  expect(await trail().apply([entry(1), entry(1), entry(2)], { remainingMs })).toMatchObject([
    { kind: "applied" },
    { kind: "duplicate" },
    { kind: "applied" },
  ]);
});

test("a redelivery that overlaps what was stored adds what is missing, a late one fills its gap", async () => {
  await trail().apply([entry(1), entry(4)], { remainingMs });
  expect(await trail().apply(versions(2, 5), { remainingMs })).toMatchObject([
    ...applied(2),
    ...duplicates(1),
    ...applied(1),
  ]);
  expect(await Promise.all([1, 2, 3, 4, 5].map(stored))).toMatchObject(
    [1, 2, 3, 4, 5].map((version) => ({ after: { S: `d${version}` } })),
  );
});

test("another change of the same version is a conflict that names both, and changes nothing", async () => {
  await trail().apply([entry(2)], { remainingMs });
  expect(await trail().apply([entry(2, { after: "other" }), entry(3)], { remainingMs })).toMatchObject([
    { kind: "conflict", stored: "d1 to d2", given: "d1 to other" },
    { kind: "applied" },
  ]);
  expect(await stored(2)).toMatchObject({ after: { S: "d2" } });
});

test("a write whose answer was lost is recognised as done", async () => {
  loseAnswers = 1;
  expect(await trail().apply(versions(1, 3), { remainingMs })).toMatchObject(applied(3));
  expect(loseAnswers).toBe(0);
  expect(await stored(3)).toBeDefined();
});

test("after a batch of which a part was throttled, the redelivery adds that part alone", async () => {
  throttledVersion = "2";
  const oneRound = [10_000, 0];
  const first = await trail().apply(versions(1, 3), { remainingMs: () => oneRound.shift() ?? 0 });
  expect(first).toMatchObject([
    { kind: "applied" },
    { kind: "failed", code: "DEADLINE", retryable: true },
    { kind: "applied" },
  ]);
  expect(await Promise.all([1, 2, 3].map(stored))).toMatchObject([{}, undefined, {}]);
  throttledVersion = "";
  expect(await trail().apply(versions(1, 3), { remainingMs })).toMatchObject([
    ...duplicates(1),
    ...applied(1),
    ...duplicates(1),
  ]);
  expect(await stored(2)).toMatchObject({ after: { S: "d2" } });
});

test("an entry over DynamoDB's 400 KB is refused for good, its neighbours are stored", async () => {
  const tooLarge = entry(2, { changes: [{ path: "/placed", after: "x".repeat(410_000) }] });
  expect(await trail().apply([entry(1), tooLarge, entry(3)], { remainingMs })).toMatchObject([
    { kind: "applied" },
    { kind: "failed", code: "ValidationError" },
    { kind: "applied" },
  ]);
});

test("an entry in whose place something unreadable stands fails alone", async () => {
  const Item = { orderKey: { S: orderKey }, version: { N: "2" }, at: { N: "9007199254740993.5" } };
  await client.send(new PutItemCommand({ TableName: table, Item }));
  await trail().apply([entry(1)], { remainingMs });
  expect(await trail().apply(versions(1, 3), { remainingMs })).toMatchObject([
    { kind: "duplicate" },
    { kind: "failed", code: "ITEM_UNREADABLE" },
    { kind: "applied" },
  ]);
});

test("a table that is not there can be mended, so its entries are tried again", async () => {
  expect(await trail("gone").apply([entry(1)], { remainingMs })).toMatchObject([
    { kind: "failed", code: "ResourceNotFound" },
  ]);
});

test("entries for which no time is left are tried again", async () => {
  expect(await trail().apply([entry(1)], { remainingMs: () => 0 })).toMatchObject([
    { kind: "failed", code: "DEADLINE", retryable: true },
  ]);
  expect(calls).toEqual([]);
});
