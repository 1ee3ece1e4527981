// How much memory and time `doorbell audit verify` takes: with so many orders of two changes each, and with one order of very many.
//
//   npm run bench:audit-verify [-- --orders 10000,100000 --versions 10000]
//
// Prints a table and writes results/audit-verify.json. The command's heap is capped, so that one that grew with the tables would end
// with an error here. Linux alone tells the peak memory of another process.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand, DynamoDBDocumentClient, type NativeAttributeValue } from "@aws-sdk/lib-dynamodb";
import { auditEntryOf } from "@doorbell/audit-trail/audit-entry";
import { auditedOrders } from "@doorbell/change-audit/audited-orders";
import type { Image } from "@doorbell/aws-events/attribute-value";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";

const { values } = parseArgs({
  options: {
    orders: { type: "string", default: "10000,100000" },
    versions: { type: "string", default: "10000" },
  },
});
const HEAP_MB = 64;
/** AWS: BatchWriteItem. */
const MAX_WRITES = 25;
const WRITERS = 8;
const root = fileURLToPath(new URL("../../", import.meta.url));

type Row = Record<string, NativeAttributeValue>;

/** An order as it is stored in one of its versions, by name and value, and in DynamoDB JSON. */
function orderAt(id: string, version: number): { readonly row: Row; readonly image: Image } {
  const lines = ["desk", "chair", "lamp"].map((productName) => ({ productName, productId: "OFF-1", amount: "261.96" }));
  const placed = { eventId: `event-of-${id}`, correlationId: "story", total: "785.88", lines };
  const image: Image = {
    id: { S: id },
    version: { N: String(version) },
    status: { S: version === 1 ? "placed" : "cancelled" },
    placed: {
      M: {
        eventId: { S: placed.eventId },
        correlationId: { S: placed.correlationId },
        total: { S: placed.total },
        lines: {
          L: lines.map((line) => ({
            M: Object.fromEntries(Object.entries(line).map(([name, value]) => [name, { S: value }])),
          })),
        },
      },
    },
  };
  return { row: { id, version, status: version === 1 ? "placed" : "cancelled", placed }, image };
}

function entryOf(id: string, version: number): Row {
  const audited = auditEntryOf(
    {
      eventId: `${id}-${version}`,
      eventName: version === 1 ? "INSERT" : "MODIFY",
      eventSourceArn: "arn",
      sequenceNumber: "1",
      keys: { id: { S: id } },
      createdAt: 1_767_225_600,
      newImage: orderAt(id, version).image,
      ...(version > 1 && { oldImage: orderAt(id, version - 1).image }),
    },
    auditedOrders,
  );
  if (!audited.ok) throw new Error(audited.reason);
  return { ...audited.entry };
}

function* ordersOf(ids: readonly string[], versions: number): Generator<Row> {
  for (const id of ids) yield orderAt(id, versions).row;
}

function* entriesOf(ids: readonly string[], versions: number): Generator<Row> {
  for (const id of ids) for (let version = 1; version <= versions; version += 1) yield entryOf(id, version);
}

async function write(client: DynamoDBDocumentClient, table: string, rows: Generator<Row>): Promise<void> {
  await Promise.all(Array.from({ length: WRITERS }, () => writeAll(client, table, rows)));
}

async function writeAll(client: DynamoDBDocumentClient, table: string, rows: Generator<Row>): Promise<void> {
  for (;;) {
    const requests: { PutRequest: { Item: Row } }[] = [];
    for (let next = rows.next(); next.done !== true; next = rows.next()) {
      requests.push({ PutRequest: { Item: next.value } });
      if (requests.length === MAX_WRITES) break;
    }
    if (requests.length === 0) return;
    const { UnprocessedItems = {} } = await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
    if (Object.keys(UnprocessedItems).length > 0) throw new Error(`Not every row was written to ${table}.`);
  }
}

/** Runs the command against the cloud in a process of its own. */
async function verify({ port }: LocalCloud) {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP_MB}`, "tools/cli/src/main.ts", "audit", "verify", "--port", String(port)],
    { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
  );
  let peakMb = 0;
  const watch = setInterval(() => (peakMb = Math.max(peakMb, peakMemoryMb(child.pid))), 20);
  const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
  clearInterval(watch);
  if (child.exitCode !== 0) throw new Error(`It ended with ${child.exitCode ?? child.signalCode}: ${output}`);
  return { seconds: Math.round((performance.now() - started) / 100) / 10, peakMb };
}

function peakMemoryMb(pid: number | undefined): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kilobytes ?? 0) / 1024);
  } catch {
    return 0; // Not Linux, or it has just ended.
  }
}

async function measure(name: string, ids: readonly string[], versions: number) {
  const graph: { resources: { type: string }[] } = JSON.parse(readFileSync(`${root}infra/graph.json`, "utf8"));
  // Without event sources: the tables are filled by hand.
  const resources = graph.resources.filter(({ type }) => !/EventSourceMapping|BucketNotification/.test(type));
  const cloud = await startLocalCloud({ root, graph: { ...graph, resources } });
  const credentials = { accessKeyId: "x", secretAccessKey: "x" };
  const dynamodb = new DynamoDBClient({ endpoint: cloud.endpoint, region: cloud.region, credentials });
  try {
    const client = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
    await write(client, cloud.environment["ORDERS_TABLE"] ?? "", ordersOf(ids, versions));
    await write(client, cloud.environment["AUDIT_TABLE"] ?? "", entriesOf(ids, versions));
    return { name, orders: ids.length, entries: ids.length * versions, heapMb: HEAP_MB, ...(await verify(cloud)) };
  } finally {
    dynamodb.destroy();
    await cloud.stop();
  }
}

const runs = [];
for (const count of values.orders.split(",").map(Number))
  runs.push(
    await measure(
      `${count} orders of 2 changes`,
      Array.from({ length: count }, (_, at) => `order-${at}`),
      2,
    ),
  );
runs.push(await measure(`an order of ${values.versions} changes`, ["order-0"], Number(values.versions)));
const results = new URL("../results/", import.meta.url);
mkdirSync(results, { recursive: true });
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
writeFileSync(new URL("audit-verify.json", results), `${JSON.stringify({ machine, runs }, undefined, 2)}\n`);
// oxlint-disable-next-line no-console -- a table on the terminal is what this is for
console.table(runs);
