import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CannedDynamoDb, failure, startCannedDynamoDb } from "../test/canned-dynamodb.ts";
import { MAX_IDLE_READS } from "./dynamo-read.ts";
import { dynamoStore } from "./dynamo-store.ts";
import type { ItemWrite, Store } from "./store.ts";
import { readItems } from "../test/read-items.ts";

let dynamodb: CannedDynamoDb;
let store: Store;
let sleptMs: number[];

beforeAll(async () => {
  dynamodb = await startCannedDynamoDb();
  sleptMs = [];
  const clock = { now: () => 0, sleep: async (ms: number) => void sleptMs.push(ms) };
  store = dynamoStore(dynamodb.client, { clock, random: () => 0.5 });
});
afterAll(() => dynamodb?.stop());

const insert = (id: string): ItemWrite => ({ table: "t", key: { id }, write: { kind: "insert", item: { n: 1 } } });
const ref = (id: string) => ({ table: "t", key: { id } });
const statement = (code: string) => ({ body: { Responses: [{ Error: { Code: code, Message: code } }] } });

describe("The DynamoDB store", () => {
  it.each([
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "ThrottlingError",
    "InternalServerError",
    "TransactionConflict",
  ])("may try a statement again that failed inside a good answer: %s", async (code) => {
    dynamodb.answer(statement(code));
    expect(await store.write([insert("a")])).toMatchObject([{ kind: "throttled", error: { code } }]);
  });

  it("tells a throttled statement, which wrote nothing, from one whose fate is open", async () => {
    dynamodb.answer(statement("ThrottlingError"));
    const [throttled] = await store.write([insert("a")]);
    expect(throttled).toMatchObject({ kind: "throttled" });
    expect(throttled).not.toHaveProperty("unanswered");
    dynamodb.answer(statement("InternalServerError"));
    expect(await store.write([insert("a")])).toMatchObject([{ kind: "throttled", unanswered: true }]);
    // The answer to the client's first try was lost, and that one may have written.
    dynamodb.answer(failure("InternalServerError", 500), statement("ThrottlingError"));
    const [retried] = await dynamoStore(dynamodb.clientThatTries(2)).write([insert("a")]);
    expect(retried).toMatchObject({ kind: "throttled", unanswered: true, error: { code: "ThrottlingError" } });
  });

  it.each(["AccessDenied", "ResourceNotFound", "ValidationError", "ItemCollectionSizeLimitExceeded", "NewToUs"])(
    "fails a statement for good that failed inside a good answer: %s",
    async (code) => {
      dynamodb.answer(statement(code));
      expect(await store.write([insert("a")])).toMatchObject([{ kind: "failed", code }]);
    },
  );

  it.each([
    ["ProvisionedThroughputExceededException", 400],
    ["ThrottlingException", 400],
    ["RequestLimitExceeded", 400],
    ["TransactionInProgressException", 400],
    ["InternalServerError", 500],
    ["ServiceUnavailable", 503],
  ])("may try a whole call again that failed: %s", async (name, status) => {
    dynamodb.answer(failure(name, status));
    expect(await store.write([insert("a"), insert("b")])).toMatchObject([{ kind: "throttled" }, { kind: "throttled" }]);
    expect(await store.transact([insert("a")])).toMatchObject({ kind: "throttled" });
    await expect(readItems(store, [ref("a")])).rejects.toMatchObject({ code: "STORE_FAILED", retryable: true });
  });

  it.each([
    ["AccessDeniedException", "AccessDenied"],
    ["ResourceNotFoundException", "ResourceNotFound"],
    ["UnrecognizedClientException", "UnrecognizedClient"],
  ])("fails every write of a call for good that failed: %s", async (name, code) => {
    dynamodb.answer(failure(name));
    expect(await store.write([insert("a"), insert("b")])).toMatchObject([
      { kind: "failed", code },
      { kind: "failed", code },
    ]);
    expect(await store.transact([insert("a")])).toMatchObject({ kind: "failed", code });
    await expect(readItems(store, [ref("a")])).rejects.toMatchObject({ reason: code, retryable: false });
  });

  it("leaves open what happened to a statement without an answer", async () => {
    dynamodb.answer({ body: { Responses: [{}] } });
    expect(await store.write([insert("a"), insert("b")])).toMatchObject([{ kind: "written" }, { kind: "throttled" }]);
  });

  it("says of a refused write that it may be its own where the client had no answer to an earlier try", async () => {
    const duplicate = statement("DuplicateItem");
    const retrying = dynamoStore(dynamodb.clientThatTries(2));
    dynamodb.answer(failure("InternalServerError", 500), duplicate);
    expect(await retrying.write([insert("a")])).toEqual([{ kind: "condition-failed", unanswered: true }]);
    dynamodb.answer(duplicate);
    expect(await retrying.write([insert("a")])).toEqual([{ kind: "condition-failed" }]);
  });

  it("asks for the item that a failed condition met, and hands it on where the answer quotes it", async () => {
    const refused = (Code: string, Item: object) => ({
      body: { Responses: [{ Error: { Code, Message: Code, Item } }] },
    });
    const update: ItemWrite = {
      table: "t",
      key: { id: "a" },
      write: { kind: "update", set: { n: 2 }, where: { n: 1 } },
    };
    const item = { id: { S: "a" }, n: { N: "7" }, part: { M: { list: { L: [{ BOOL: true }] } } } };
    for (const [code, write] of [
      ["DuplicateItem", insert("a")],
      ["ConditionalCheckFailed", update],
    ] as const) {
      dynamodb.answer(refused(code, item));
      const met = { id: "a", n: 7, part: { list: [true] } };
      expect(await store.write([write])).toEqual([{ kind: "condition-failed", item: met }]);
      expect(dynamodb.requests).toMatchObject([{ Statements: [{ ReturnValuesOnConditionCheckFailure: "ALL_OLD" }] }]);
    }
    // What has no value in JavaScript is left to the read, which says so.
    dynamodb.answer(refused("DuplicateItem", { ...item, n: { N: "9007199254740993.5" } }));
    expect(await store.write([insert("a")])).toEqual([{ kind: "condition-failed" }]);
    dynamodb.answer(refused("ThrottlingError", item));
    expect((await store.write([insert("a")]))[0]).not.toHaveProperty("item");
  });

  it("takes a cancelled transaction apart by its reasons", async () => {
    const cancelled = (...codes: string[]) =>
      failure("TransactionCanceledException", 400, { CancellationReasons: codes.map((Code) => ({ Code })) });
    const writes = [insert("a"), insert("b")];
    dynamodb.answer(cancelled("None", "TransactionConflict"));
    expect(await store.transact(writes)).toMatchObject({ kind: "throttled" });
    dynamodb.answer(cancelled("TransactionConflict", "ConditionalCheckFailed"));
    expect(await store.transact(writes)).toEqual({ kind: "condition-failed", positions: [1] });
    dynamodb.answer(cancelled("ConditionalCheckFailed", "ValidationError"));
    expect(await store.transact(writes)).toMatchObject({ kind: "failed", code: "ValidationError" });
  });

  it("asks for the keys again that were left unread, and only for those", async () => {
    const item = (id: string) => ({ id: { S: id }, n: { N: "1" } });
    const left = (...ids: string[]) => ({ t: { ConsistentRead: true, Keys: ids.map((id) => ({ id: { S: id } })) } });
    dynamodb.answer(
      { body: { Responses: { t: [item("b")] }, UnprocessedKeys: left("a", "c") } },
      { body: { Responses: { t: [] }, UnprocessedKeys: left("a", "c") } },
      { body: { Responses: { t: [item("c")] }, UnprocessedKeys: {} } },
    );
    sleptMs.length = 0;
    expect(await readItems(store, [ref("a"), ref("b"), ref("c")])).toEqual([
      undefined,
      { id: "b", n: 1 },
      { id: "c", n: 1 },
    ]);
    expect(dynamodb.requests).toEqual([
      { RequestItems: left("a", "b", "c") },
      { RequestItems: left("a", "c") },
      { RequestItems: left("a", "c") },
    ]);
    expect(sleptMs).toHaveLength(1);
  });

  it("gives up on keys that stay unread, says that a retry may do better, and keeps what it read", async () => {
    const UnprocessedKeys = { t: { Keys: [{ id: { S: "a" } }] } };
    const found = { body: { Responses: { t: [{ id: { S: "b" } }] }, UnprocessedKeys } };
    dynamodb.answer(found, { body: { Responses: {}, UnprocessedKeys } });
    expect(await store.read([ref("a"), ref("b"), ref("c")])).toMatchObject([
      { kind: "failed", error: { reason: "UnprocessedKeys", retryable: true } },
      { kind: "read", item: { id: "b" } },
      { kind: "read" },
    ]);
    expect(dynamodb.requests).toHaveLength(MAX_IDLE_READS + 1);
  });

  it("keeps what it read where a later call for the rest fails", async () => {
    const UnprocessedKeys = { t: { Keys: [{ id: { S: "a" } }] } };
    for (const [name, facts] of [
      ["ThrottlingException", { reason: "no answer", retryable: true }],
      ["AccessDeniedException", { reason: "AccessDenied", retryable: false }],
    ] as const) {
      dynamodb.answer({ body: { Responses: { t: [{ id: { S: "b" } }] }, UnprocessedKeys } }, failure(name));
      expect(await store.read([ref("a"), ref("b")])).toMatchObject([
        { kind: "failed", error: facts },
        { kind: "read", item: { id: "b" } },
      ]);
    }
  });
});
