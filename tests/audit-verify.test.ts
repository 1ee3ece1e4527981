import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsCli, hasAwsCli } from "./support/aws-cli.ts";
import { cancelledEvent, placedEvent } from "./support/order-events.ts";
import { type RunningCloud, startCloud } from "./support/running-cloud.ts";

const INTACT_ORDERS = 60;
/** Retries that take AWS minutes take seconds. */
const TIME_SCALE = "0.001";

const findingsSchema = v.object({
  complete: v.literal(true),
  findings: v.array(v.object({ orderKey: v.string(), kind: v.string(), versions: v.array(v.number()) })),
});
const itemSchema = v.looseObject({ orderKey: v.object({ S: v.string() }), version: v.object({ N: v.string() }) });
type Item = v.InferOutput<typeof itemSchema>;
type Finding = v.InferOutput<typeof findingsSchema>["findings"][number];

/** Of the partner whose events the test sends. */
const keyed = (orderId: string) => `default/${orderId}`;
const keyOf = (orderId: string, version: number) => ({
  orderKey: { S: keyed(orderId) },
  version: { N: String(version) },
});
const put = (Item: object) => ({ PutRequest: { Item } });
const remove = (orderId: string, version: number) => ({ DeleteRequest: { Key: keyOf(orderId, version) } });

/** A tampering with the two entries of an order that was placed and cancelled, and what is to be said of it. */
interface Tampering {
  /** The order's id too. */
  readonly name: string;
  readonly kind: string;
  readonly versions: readonly number[];
  /** Requests that all go in one `batch-write-item`; those that have none are made by commands of their own. */
  readonly writes?: (entries: { readonly first: Item; readonly second: Item }) => readonly object[];
}

const tamperings: readonly Tampering[] = [
  { name: "first-deleted", kind: "missing", versions: [1] },
  { name: "tail-cut", kind: "tail cut", versions: [2], writes: () => [remove("tail-cut", 2)] },
  {
    name: "all-deleted",
    kind: "missing",
    versions: [1, 2],
    writes: () => [remove("all-deleted", 1), remove("all-deleted", 2)],
  },
  {
    name: "value-altered",
    kind: "altered",
    versions: [2],
    writes: ({ second }) => [put({ ...second, changes: { L: [] } })],
  },
  {
    name: "digest-altered",
    kind: "altered",
    versions: [1],
    writes: ({ first }) => [put({ ...first, after: { S: "0".repeat(64) } })],
  },
  { name: "story-altered", kind: "altered", versions: [1] },
  { name: "swapped", kind: "swapped", versions: [1, 2] },
  { name: "foreign-added", kind: "foreign", versions: [3] },
  {
    name: "another-order-in-place",
    kind: "foreign",
    versions: [1],
    writes: () => [put({ ...entryOf("order-0", 1), ...keyOf("another-order-in-place", 1) })],
  },
  { name: "order-changed-in-secret", kind: "diverged", versions: [2] },
];

let cloud: RunningCloud;
let sqs: SQSClient;
let aws: ReturnType<typeof awsCli>;
/** The entries as they were before anyone touched them. */
let entries: readonly Item[] = [];

const named = (name: string) => cloud.environment[name] ?? "";
const dynamodb = (command: string, options: Readonly<Record<string, string | object>>) =>
  aws("dynamodb", command, options);
const auditTable = () => ({ "table-name": named("AUDIT_TABLE") });
const idle = () => cloud.doorbell("wait", "--idle", "--timeout", "60");

describe.skipIf(!hasAwsCli)("doorbell audit verify, after what was done through the AWS CLI", () => {
  beforeAll(async () => {
    cloud = await startCloud("--time-scale", TIME_SCALE, "--no-watch");
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    sqs = new SQSClient({ endpoint: cloud.endpoint, region: named("AWS_REGION"), credentials });
    aws = awsCli(cloud.environment);
  }, 60_000);

  afterAll(async () => {
    sqs?.destroy();
    if (cloud?.child.exitCode === null) await cloud.interrupt();
  }, 30_000);

  it("calls late what Lambda gave up while the audit table was gone, until it is sent back", async () => {
    const orderIds = Array.from({ length: 10 }, (_, index) => `given-up-${index}`);
    await whileTheAuditTableIsGone(async () => {
      await send(orderIds.map((id) => placedEvent(id).body));
      await idle();
    });
    await send(orderIds.map((id) => cancelledEvent(id).body));
    await idle();

    const batches = await failures();
    expect(batches.every(({ kind, attempts }) => kind === "batch-exhausted" && attempts === 11)).toBe(true);
    const given = batches.flatMap(({ what }) => what.replace(/^.* orders? /, "").split(", "));
    expect(given.toSorted()).toEqual(orderIds.map(keyed));

    const [torn = ""] = orderIds;
    const { Attributes: cut } = v.parse(
      v.object({ Attributes: itemSchema }),
      await dynamodb("delete-item", { ...auditTable(), key: keyOf(torn, 2), "return-values": "ALL_OLD" }),
    );
    const late = orderIds.map((orderId) => ({ orderKey: keyed(orderId), kind: "late", versions: [1] }));
    expect(await findings()).toEqual(
      late.flatMap((each) =>
        each.orderKey === keyed(torn) ? [{ ...each, kind: "missing", versions: [2] }, each] : [each],
      ),
    );

    await dynamodb("put-item", { ...auditTable(), item: cut });
    expect(await cloud.doorbell("failures", "redrive", "--reason", "batch-exhausted")).toMatch(
      new RegExp(`^ +${batches.length} {2}handled$`, "m"),
    );
    expect(await failures()).toEqual([]);
    expect(await cloud.doorbell("audit", "verify")).toMatch(/^Verified 10 orders and 20 entries .*: every change/);
  }, 300_000);

  it("finds every tampering, and names it", async () => {
    const changed = [...tamperings.map(({ name }) => name), "deleted-as-it-should-be"];
    const placed = [...Array.from({ length: INTACT_ORDERS }, (_, index) => `order-${index}`), ...changed];
    await send(placed.map((id) => placedEvent(id).body));
    await idle();
    await send(changed.map((id) => cancelledEvent(id).body));
    await idle();
    const ordersTable = { "table-name": named("ORDERS_TABLE") };
    await dynamodb("delete-item", { ...ordersTable, key: { id: { S: keyed("deleted-as-it-should-be") } } });
    await idle();
    expect(await cloud.doorbell("audit", "verify")).toMatch(/: every change is recorded as it was made\.$/m);

    entries = v.parse(v.object({ Items: v.array(itemSchema) }), await dynamodb("scan", auditTable())).Items;
    const writes = tamperings.flatMap(
      ({ name, writes: make }) => make?.({ first: entryOf(name, 1), second: entryOf(name, 2) }) ?? [],
    );
    const toNobody = put({ ...entryOf("order-1", 1), ...keyOf("no-such-order", 1) });
    await dynamodb("batch-write-item", { "request-items": { [named("AUDIT_TABLE")]: [...writes, toNobody] } });
    await dynamodb("delete-item", { ...auditTable(), key: keyOf("first-deleted", 1) });
    await dynamodb("put-item", {
      ...auditTable(),
      item: { ...entryOf("foreign-added", 2), ...keyOf("foreign-added", 3) },
    });
    await dynamodb("update-item", {
      ...auditTable(),
      key: keyOf("story-altered", 1),
      "update-expression": "SET correlationId = :another",
      "expression-attribute-values": { ":another": { S: "another story" } },
    });
    await dynamodb("transact-write-items", { "transact-items": swap("swapped") });
    await dynamodb("update-item", {
      ...ordersTable,
      key: { id: { S: keyed("order-changed-in-secret") } },
      "update-expression": "SET #status = :placed",
      "expression-attribute-names": { "#status": "status" },
      "expression-attribute-values": { ":placed": { S: "placed" } },
    });
    await idle();

    expect(await findings()).toEqual(
      [
        ...tamperings.map(({ name, kind, versions }) => ({ orderKey: keyed(name), kind, versions })),
        { orderKey: keyed("no-such-order"), kind: "foreign", versions: [1] },
      ].toSorted((a, b) => (a.orderKey < b.orderKey ? -1 : 1)),
    );
    expect(await verifyFailing()).toMatch(/swapped +v1, v2 +swapped/);
  }, 300_000);
});

/** What a table that was deleted by mistake does: until somebody makes it again, nothing can be written. */
async function whileTheAuditTableIsGone(work: () => Promise<void>): Promise<void> {
  const { Table } = v.parse(
    v.object({
      Table: v.object({ AttributeDefinitions: v.array(v.looseObject({})), KeySchema: v.array(v.looseObject({})) }),
    }),
    await dynamodb("describe-table", auditTable()),
  );
  await dynamodb("delete-table", auditTable());
  await work();
  await dynamodb("create-table", {
    ...auditTable(),
    "attribute-definitions": Table.AttributeDefinitions,
    "key-schema": Table.KeySchema,
    "billing-mode": "PAY_PER_REQUEST",
  });
}

function swap(orderId: string): object[] {
  const [first, second] = [entryOf(orderId, 1), entryOf(orderId, 2)];
  return [
    { ...first, ...keyOf(orderId, 2) },
    { ...second, ...keyOf(orderId, 1) },
  ].map((Item) => ({ Put: { TableName: named("AUDIT_TABLE"), Item } }));
}

function entryOf(orderId: string, version: number): Item {
  const found = entries.find((entry) => entry.orderKey.S === keyed(orderId) && entry.version.N === String(version));
  if (found === undefined) throw new Error(`The audit table has no version ${version} of ${orderId}.`);
  return found;
}

/** What the command finds, which ends with exit status 1 then and tells no data of a customer. */
async function findings(): Promise<readonly Finding[]> {
  const output = await verifyFailing("--json");
  expect(output).not.toContain("Ada Example");
  return v.parse(findingsSchema, JSON.parse(output)).findings;
}

async function verifyFailing(...options: string[]): Promise<string> {
  const failure: unknown = await cloud.doorbell("audit", "verify", "--grace", "0.1", ...options).then(
    () => undefined,
    (error: unknown) => error,
  );
  return v.parse(v.object({ code: v.literal(1), stdout: v.string() }), failure).stdout;
}

const failureSchema = v.object({ kind: v.string(), what: v.string(), attempts: v.optional(v.number()) });

async function failures(): Promise<readonly v.InferOutput<typeof failureSchema>[]> {
  return v.parse(v.array(failureSchema), JSON.parse(await cloud.doorbell("failures", "list", "--json")));
}

async function send(bodies: readonly string[]): Promise<void> {
  for (let from = 0; from < bodies.length; from += 10) {
    const Entries = bodies.slice(from, from + 10).map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    const { Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: named("ORDERS_QUEUE_URL"), Entries }));
    expect(Failed ?? []).toEqual([]);
  }
}
