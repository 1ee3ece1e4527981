import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { startTables, type TestTables } from "@doorbell/local-cloud/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoStore } from "./dynamo-store.ts";
import { describeStore } from "../test/store-contract.ts";
import type { ItemWrite, Store } from "./store.ts";
import { readItems } from "../test/read-items.ts";

const SINGLE = "single";
let tables: TestTables;
let client: DynamoDBClient;
let store: Store;
const calls: string[] = [];

beforeAll(async () => {
  tables = await startTables([
    { name: SINGLE, hash: "id" },
    { name: "double", hash: "id", range: { name: "version", type: "N" } },
  ]);
  client = new DynamoDBClient(tables.clientConfig);
  client.middlewareStack.add(
    (next, context) => (args) => {
      calls.push(String(context["commandName"]));
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  store = dynamoStore(client);
}, 60_000);

afterAll(async () => {
  client?.destroy();
  await tables?.stop();
});

describeStore("The DynamoDB store", () => ({ store, single: SINGLE, double: "double" }));

describe("The DynamoDB store", () => {
  const insert = (id: string, item = {}): ItemWrite => ({
    table: SINGLE,
    key: { id },
    write: { kind: "insert", item },
  });

  it("packs 25 writes into one call and 100 reads into another", async () => {
    const ids = Array.from({ length: 60 }, () => randomUUID());
    calls.length = 0;
    await store.write(ids.map((id) => insert(id)));
    await readItems(
      store,
      ids.map((id) => ({ table: SINGLE, key: { id } })),
    );
    expect(calls.toSorted()).toEqual([
      "BatchExecuteStatementCommand",
      "BatchExecuteStatementCommand",
      "BatchExecuteStatementCommand",
      "BatchGetItemCommand",
    ]);
  });

  it("reads on where the answer did not fit into 16 MB", async () => {
    const ids = Array.from({ length: 60 }, () => randomUUID());
    const text = "x".repeat(380_000);
    const results = await store.write(ids.map((id) => insert(id, { text })));
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(["written"]));
    calls.length = 0;
    const items = await readItems(
      store,
      ids.map((id) => ({ table: SINGLE, key: { id } })),
    );
    expect(items.map((item) => item?.["id"])).toEqual(ids);
    expect(calls.length).toBeGreaterThan(1);
  }, 60_000);

  it("fails an item over 400 KB by itself", async () => {
    const id = randomUUID();
    const results = await store.write([insert(randomUUID(), { text: "x".repeat(410_000) }), insert(id)]);
    expect(results).toMatchObject([{ kind: "failed", code: "ValidationError" }, { kind: "written" }]);
    const transaction = await store.transact([insert(randomUUID(), { text: "x".repeat(410_000) })]);
    expect(transaction).toMatchObject({ kind: "failed", code: "ValidationError" });
  });

  it("fails what names a table that does not exist, and nothing else", async () => {
    const results = await store.write([{ ...insert(randomUUID()), table: "nowhere" }, insert(randomUUID())]);
    expect(results).toMatchObject([{ kind: "failed", code: "ResourceNotFound" }, { kind: "written" }]);
    // What a log and a trace can tell: an error with DynamoDB's code, not its bare answer.
    const error = results[0]?.kind === "failed" ? results[0].error : undefined;
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: "StatementFailed", code: "ResourceNotFound" });
    await expect(readItems(store, [{ table: "nowhere", key: { id: "x" } }])).rejects.toMatchObject({
      code: "STORE_FAILED",
      reason: "ResourceNotFound",
      retryable: false,
    });
  });

  it("fails by itself an item with a number that JavaScript cannot hold, without its value", async () => {
    const [before, foreign, after] = [randomUUID(), randomUUID(), randomUUID()];
    await store.write([insert(before, { n: 1 }), insert(after, { n: 2 })]);
    const Item = { id: { S: foreign }, account: { N: "9007199254740993.5" } };
    await client.send(new PutItemCommand({ TableName: SINGLE, Item }));
    calls.length = 0;
    const results = await store.read([before, foreign, after].map((id) => ({ table: SINGLE, key: { id } })));
    expect(results).toMatchObject([
      { kind: "read", item: { id: before, n: 1 } },
      { kind: "failed", error: { reason: "ITEM_UNREADABLE", retryable: false } },
      { kind: "read", item: { id: after, n: 2 } },
    ]);
    expect(inspect(results[1])).toContain("account");
    expect(inspect(results[1])).not.toContain("9007199254740993");
    expect(calls).toEqual(["BatchGetItemCommand"]);
  });

  it("takes a read apart when one of its keys or tables spoils it", async () => {
    const [good, absent] = [randomUUID(), randomUUID()];
    await store.write([insert(good, { n: 1 })]);
    const results = await store.read([
      { table: SINGLE, key: { id: good } },
      { table: SINGLE, key: { id: "x".repeat(2_049) } },
      { table: SINGLE, key: { wrong: "x" } },
      { table: SINGLE, key: { id: absent } },
      { table: "nowhere", key: { id: "x" } },
    ]);
    expect(results).toMatchObject([
      { kind: "read", item: { id: good, n: 1 } },
      { kind: "failed", error: { reason: "ValidationError", retryable: false } },
      { kind: "failed", error: { reason: "ValidationError", retryable: false } },
      { kind: "read" },
      { kind: "failed", error: { reason: "ResourceNotFound", retryable: false } },
    ]);
    expect(results[3]).not.toHaveProperty("item");
  });

  it("takes a call apart when one of its statements spoils it", async () => {
    // A quote in the table's name makes a statement that DynamoDB cannot parse.
    const results = await store.write([
      insert(randomUUID()),
      { ...insert(randomUUID()), table: `bad" name` },
      insert(randomUUID()),
    ]);
    expect(results).toMatchObject([
      { kind: "written" },
      { kind: "failed", code: "ValidationError" },
      { kind: "written" },
    ]);
  });

  it("fails a statement with more attribute names than its text can hold", async () => {
    const item = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${"n".repeat(100)}${n}`, n]));
    expect(await store.write([insert(randomUUID(), item)])).toMatchObject([
      { kind: "failed", code: "ValidationError" },
    ]);
  });

  it("leaves open what happened where no answer came", async () => {
    const unreachable = new DynamoDBClient({ ...tables.clientConfig, endpoint: "http://127.0.0.1:1", maxAttempts: 1 });
    const lost = dynamoStore(unreachable);
    expect(await lost.write([insert(randomUUID())])).toMatchObject([{ kind: "throttled" }]);
    expect(await lost.transact([insert(randomUUID())])).toMatchObject({ kind: "throttled" });
    await expect(readItems(lost, [{ table: SINGLE, key: { id: "x" } }])).rejects.toMatchObject({ retryable: true });
    unreachable.destroy();
  });
});
