// What the contracts cost, beside Powertools' parser (zod): time to parse a batch, and what a function loads for it.
//
//   node contracts/main.ts [--rounds 200]
//
// Both parse the same events in one run, taking turns. What counts is the median: of the times, and of the ratio of each two
// neighbouring turns, which what else the machine does slows down alike. Prints a table and writes results/contracts.json.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { JSONStringified } from "@aws-lambda-powertools/parser/helpers";
import { SqsEnvelope } from "@aws-lambda-powertools/parser/envelopes/sqs";
import { DynamoDBStreamSchema } from "@aws-lambda-powertools/parser/schemas/dynamodb";
import { S3Schema } from "@aws-lambda-powertools/parser/schemas/s3";
import { SqsSchema } from "@aws-lambda-powertools/parser/schemas/sqs";
import { parseBusinessEvent } from "@doorbell/event-contracts/business-event";
import { parseStreamEvent } from "@doorbell/aws-events/dynamodb-stream";
import { parseS3Event } from "@doorbell/aws-events/s3";
import { sampleEvent } from "@doorbell/event-contracts/sample-events";
import { parseSqsEvent } from "@doorbell/aws-events/sqs";
import { sampleS3Record, sampleSqsRecord } from "@doorbell/aws-events/testing";
import { build } from "esbuild";
import { zodOrderPlaced } from "./order-schema.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "200" } } });
const ROUNDS = Number(values.rounds);
const RECORDS = 10;

interface Contest {
  readonly name: string;
  readonly own: () => boolean;
  readonly peer: () => boolean;
}

/** As it comes out of the runtime: parsed from JSON. */
function asReceived(event: unknown): unknown {
  return JSON.parse(JSON.stringify(event));
}

function batch(makeRecord: (index: number) => object): unknown {
  return asReceived({ Records: Array.from({ length: RECORDS }, (_, index) => makeRecord(index)) });
}

const attribute = (stringValue: string) => ({ stringValue, stringListValues: [], binaryListValues: [], dataType: "String" });
const fifo = { MessageGroupId: "ORDER-1", MessageDeduplicationId: "d", SequenceNumber: "18849496460467696128" };
const plain = batch((index) => sampleSqsRecord({ messageId: `m${index}` }));
const withAttributes = batch((index) =>
  sampleSqsRecord({
    messageId: `m${index}`,
    messageAttributes: { traceparent: attribute("00-4bf92f3577b34da6a3ce929d0e0e4736-01"), contentType: attribute("application/json") },
  }),
);
const ofFifo = batch((index) =>
  sampleSqsRecord({ messageId: `m${index}`, attributes: { ...sampleSqsRecord().attributes, ...fifo } }),
);
// The peer refuses the IPv6 address that the sample has.
const uploads = batch((index) => sampleS3Record({ key: `orders-${index}.csv` }, { requestParameters: { sourceIPAddress: "192.0.2.1" } }));
const changes = asReceived(sampleEvent("dynamodb", { count: RECORDS, seed: 1 }));
const orders = asReceived(sampleEvent("doorbell.order.placed.v1", { count: RECORDS, seed: 1 }));
const orderBody = JSONStringified(zodOrderPlaced);

function allOk(envelope: { ok: boolean; records?: readonly { ok: boolean }[] }): boolean {
  return envelope.ok && (envelope.records ?? []).every((record) => record.ok);
}

function parseOrders(): boolean {
  const envelope = parseSqsEvent(orders);
  return envelope.ok && envelope.records.every((record) => record.ok && parseBusinessEvent(record.value.body).ok);
}

const CONTESTS: readonly Contest[] = [
  { name: "10 SQS records", own: () => allOk(parseSqsEvent(plain)), peer: () => SqsSchema.safeParse(plain).success },
  { name: "10 SQS records with message attributes", own: () => allOk(parseSqsEvent(withAttributes)), peer: () => SqsSchema.safeParse(withAttributes).success },
  { name: "10 FIFO records", own: () => allOk(parseSqsEvent(ofFifo)), peer: () => SqsSchema.safeParse(ofFifo).success },
  { name: "10 S3 records", own: () => allOk(parseS3Event(uploads)), peer: () => S3Schema.safeParse(uploads).success },
  { name: "10 stream records", own: () => allOk(parseStreamEvent(changes)), peer: () => DynamoDBStreamSchema.safeParse(changes).success },
  { name: "10 SQS records and the orders in them", own: parseOrders, peer: () => SqsEnvelope.safeParse(orders, orderBody).success },
];

/** Rounds before any counts: until then the code is still being compiled. */
const WARM_UP = 20;
const CALLS = 1_000;

/** Microseconds a call of each side, and how many times as fast ours is. */
function compare(contest: Contest): { own: number; peer: number; times: number } {
  const rounds = Array.from({ length: WARM_UP + ROUNDS }, () => ({ own: turn(contest, "own"), peer: turn(contest, "peer") }));
  const counted = rounds.slice(WARM_UP);
  const own = median(counted.map((round) => round.own));
  const peer = median(counted.map((round) => round.peer));
  return { own, peer, times: median(counted.map((round) => round.peer / round.own)) };
}

function turn(contest: Contest, side: "own" | "peer"): number {
  const start = performance.now();
  for (let call = 0; call < CALLS; call++) if (!contest[side]()) throw new Error(`${side} refused: ${contest.name}`);
  return ((performance.now() - start) * 1000) / CALLS;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

async function bundleBytes(source: string): Promise<number> {
  const result = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
  });
  return result.outputFiles[0]?.contents.byteLength ?? 0;
}

const BUNDLES = [
  {
    name: "S3 events and business events",
    own: 'export { parseS3Event } from "@doorbell/aws-events/s3"; export { parseBusinessEvent } from "@doorbell/event-contracts/business-event";',
    peer: 'export { S3Schema } from "@aws-lambda-powertools/parser/schemas/s3"; export { zodOrderPlaced } from "./order-schema.ts";',
  },
  {
    name: "SQS events and business events",
    own: 'export { parseSqsEvent } from "@doorbell/aws-events/sqs"; export { parseBusinessEvent } from "@doorbell/event-contracts/business-event";',
    peer: 'export { SqsEnvelope } from "@aws-lambda-powertools/parser/envelopes/sqs"; export { JSONStringified } from "@aws-lambda-powertools/parser/helpers"; export { zodOrderPlaced } from "./order-schema.ts";',
  },
];

const times = CONTESTS.map((contest) => ({ name: contest.name, ...compare(contest) }));
const sizes = [];
for (const { name, own, peer } of BUNDLES) sizes.push({ name, own: await bundleBytes(own), peer: await bundleBytes(peer) });

function row(name: string, own: string, peer: string, ratio: string): void {
  process.stdout.write(`${name.padEnd(42)}${own.padStart(12)}${peer.padStart(12)}${ratio.padStart(10)}\n`);
}

row("microseconds a batch", "doorbell", "powertools", "times");
for (const { name, own, peer, times: ratio } of times) row(name, own.toFixed(2), peer.toFixed(2), ratio.toFixed(1));
row("bytes, minified", "doorbell", "powertools", "part");
for (const { name, own, peer } of sizes) row(name, String(own), String(peer), (own / peer).toFixed(3));

const results = new URL("../results/", import.meta.url);
mkdirSync(results, { recursive: true });
const report = { node: process.version, records: RECORDS, rounds: ROUNDS, microsecondsPerBatch: times, minifiedBytes: sizes };
writeFileSync(new URL("contracts.json", results), `${JSON.stringify(report, null, 2)}\n`);
