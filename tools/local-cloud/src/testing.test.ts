import { DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTables } from "./testing.ts";
import type { TestTables } from "./testing.ts";

describe("tables for a test", () => {
  let tables: TestTables;
  let client: DynamoDBClient;
  beforeAll(async () => {
    tables = await startTables([
      { name: "orders", hash: "id", streamView: "NEW_AND_OLD_IMAGES" },
      { name: "audit", hash: "orderId", range: { name: "version", type: "N" } },
    ]);
    client = new DynamoDBClient(tables.clientConfig);
  }, 60_000);
  afterAll(async () => {
    client.destroy();
    await tables.stop();
  });

  test("exist under the given names", async () => {
    const { TableNames } = await client.send(new ListTablesCommand());
    expect(TableNames?.toSorted()).toEqual(["audit", "orders"]);
  });

  test("keep items under a composite key", async () => {
    const key = { orderId: { S: "A-1" }, version: { N: "2" } };
    await client.send(new PutItemCommand({ TableName: "audit", Item: { ...key, what: { S: "placed" } } }));
    const { Item } = await client.send(new GetItemCommand({ TableName: "audit", Key: key, ConsistentRead: true }));
    expect(Item?.["what"]).toEqual({ S: "placed" });
  });

  test("may be stopped twice", async () => {
    const others = await startTables([]);
    await others.stop();
    await others.stop();
    await expect(fetch(others.endpoint)).rejects.toThrow("fetch failed");
  }, 60_000);
});
