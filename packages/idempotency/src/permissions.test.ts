import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type TestTables, startTables } from "@doorbell/local-cloud/testing";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { dynamoStore } from "./dynamo-store.ts";
import { createInline } from "./inline.ts";
import { createLease } from "./lease.ts";
import { inlinePermissions, leasePermissions, transactPermissions } from "./permissions.ts";
import type { Store } from "./store.ts";
import { createTransact } from "./transact.ts";

let tables: TestTables;
let client: DynamoDBClient;
let store: Store;
/** The actions that the calls since the last test needed, as `action table`. */
const needed = new Set<string>();

/** AWS: Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB". */
function actionsOf(command: string, input: object): string[] {
  if ("Statements" in input && Array.isArray(input.Statements))
    return input.Statements.map(({ Statement }) => {
      const [, verb, table] = /^(INSERT|UPDATE)(?: INTO)? "(\w+)"/.exec(String(Statement)) ?? [];
      return `dynamodb:${verb === "INSERT" ? "PartiQLInsert" : "PartiQLUpdate"} ${table}`;
    });
  if ("TransactItems" in input && Array.isArray(input.TransactItems))
    return input.TransactItems.map(({ Put, Update }) =>
      Put === undefined ? `dynamodb:UpdateItem ${Update.TableName}` : `dynamodb:PutItem ${Put.TableName}`,
    );
  if ("RequestItems" in input)
    return Object.keys(Object(input.RequestItems)).map(
      (table) => `dynamodb:${command.replace("Command", "")} ${table}`,
    );
  return [`dynamodb:${command}`];
}

const granted = (permissions: readonly { actions: readonly string[]; resources: readonly string[] }[]) =>
  permissions
    .flatMap(({ actions, resources }) =>
      actions.flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
    )
    .toSorted();

beforeAll(async () => {
  tables = await startTables([
    { name: "items", hash: "id" },
    { name: "markers", hash: "id" },
  ]);
  client = new DynamoDBClient(tables.clientConfig);
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        for (const action of actionsOf(String(commandName), args.input)) needed.add(action);
        return next(args);
      },
    { step: "initialize" },
  );
  store = dynamoStore(client);
}, 60_000);
beforeEach(() => needed.clear());
afterAll(async () => {
  client?.destroy();
  await tables?.stop();
});

const remainingMs = () => 30_000;

it("inline needs what it is granted, and no update where items are only inserted", async () => {
  const inline = createInline<{ id: string; to: number }>({
    store,
    table: "items",
    keyOf: ({ id }) => ({ id }),
    propose: ({ to }) => ({ kind: "insert", item: { to } }),
    decide: (stored, { to }) =>
      stored?.["to"] === to
        ? { kind: "duplicate" }
        : { kind: "write", write: { kind: "update", set: { to }, where: { to: stored?.["to"] ?? 0 } } },
  });
  const kinds = async (to: number) => (await inline.apply([{ id: "a", to }], { remainingMs })).map(({ kind }) => kind);
  expect([await kinds(1), await kinds(1)]).toEqual([["applied"], ["duplicate"]]);
  expect([...needed].toSorted()).toEqual(granted(inlinePermissions("items", { updates: false })));
  expect(await kinds(2)).toEqual(["applied"]);
  expect([...needed].toSorted()).toEqual(granted(inlinePermissions("items")));
});

it("lease needs what it is granted", async () => {
  const lease = createLease({ store, table: "markers", leaseMs: 10_000, ttlSeconds: 60 });
  const run = () => lease.run({ key: "a", fingerprint: "a", remainingMs }, async () => "sent");
  expect([(await run()).kind, (await run()).kind]).toEqual(["applied", "duplicate"]);
  expect([...needed].toSorted()).toEqual(granted(leasePermissions("markers")));
});

it("transact needs what it is granted", async () => {
  let now = 1_800_000_000_000;
  const clock = { now: () => now, sleep: async () => undefined };
  const transact = createTransact({ store, table: "markers", ttlSeconds: 60, clock });
  const insert = (id: string) => ({ table: "items", key: { id }, write: { kind: "insert", item: { to: 1 } } }) as const;
  const update = (id: string) =>
    ({ table: "items", key: { id }, write: { kind: "update", set: { to: 2 }, where: { to: 1 } } }) as const;
  const request = { key: "t", fingerprint: "t", remainingMs };
  expect(await transact.run(request, [insert("t1")])).toEqual({ kind: "applied" });
  now += 3_600_000; // The marker has expired, so it is replaced.
  expect(await transact.run(request, [update("t1")])).toEqual({ kind: "applied" });
  expect([...needed].toSorted()).toEqual(granted(transactPermissions("markers", "items")));
});
