import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { startTables, type TestTables } from "@doorbell/local-cloud/testing";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { inlineHistory } from "./inline-history.ts";
import { leaseHistory } from "./lease-history.ts";
import { transactHistory } from "./transact-history.ts";
import { dynamoStore } from "../src/dynamo-store.ts";
import type { ItemRef, Store } from "../src/store.ts";

let tables: TestTables;
let client: DynamoDBClient;
let histories = 0;

/** Keys of its own for each history, in the same tables. */
function open(): Store {
  const store = dynamoStore(client);
  const prefix = `${(histories += 1)}/`;
  const own = <Ref extends ItemRef>(ref: Ref): Ref => ({ ...ref, key: { id: `${prefix}${ref.key["id"]}` } });
  return {
    write: (batch) => store.write(batch.map(own)),
    transact: (writes) => store.transact(writes.map(own)),
    async read(refs) {
      const results = await store.read(refs.map(own));
      return results.map((result, at) =>
        result.kind === "read" && result.item !== undefined
          ? { kind: "read", item: { ...result.item, ...refs[at]?.key } }
          : result,
      );
    },
  };
}

/** The tests of `numRuns` histories of each strategy, over tables of their own. */
export function historiesOnDynamoDb(numRuns: number, timeoutMs: number): void {
  beforeAll(async () => {
    tables = await startTables(["accounts", "markers", "effects"].map((name) => ({ name, hash: "id" })));
    client = new DynamoDBClient(tables.clientConfig);
  }, 60_000);

  afterAll(async () => {
    client?.destroy();
    await tables?.stop();
  });

  describe("On DynamoDB the same histories hold:", () => {
    it("inline", () => fc.assert(inlineHistory(open), { numRuns }), timeoutMs);
    it("transact", () => fc.assert(transactHistory(open), { numRuns }), timeoutMs);
    it("lease", () => fc.assert(leaseHistory(open), { numRuns }), timeoutMs);
  });
}
