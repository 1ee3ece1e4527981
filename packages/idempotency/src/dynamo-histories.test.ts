import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { startTables, type TestTables } from "@doorbell/local-cloud/testing";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { HISTORIES_ON_DYNAMODB, TIMEOUT_MS } from "../test/histories.ts";
import { inlineHistory } from "../test/inline-history.ts";
import { leaseHistory } from "../test/lease-history.ts";
import { transactHistory } from "../test/transact-history.ts";
import { dynamoStore } from "./dynamo-store.ts";
import type { ItemRef, Store } from "./store.ts";

let tables: TestTables;
let client: DynamoDBClient;
let histories = 0;

beforeAll(async () => {
  tables = await startTables(["accounts", "markers", "effects"].map((name) => ({ name, hash: "id" })));
  client = new DynamoDBClient(tables.clientConfig);
}, 60_000);

afterAll(async () => {
  client?.destroy();
  await tables?.stop();
});

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

describe("On DynamoDB the same histories hold:", () => {
  const parameters = { numRuns: HISTORIES_ON_DYNAMODB };
  it("inline", () => fc.assert(inlineHistory(open), parameters), TIMEOUT_MS);
  it("transact", () => fc.assert(transactHistory(open), parameters), TIMEOUT_MS);
  it("lease", () => fc.assert(leaseHistory(open), parameters), TIMEOUT_MS);
});
