// What a million orders cost: calls, write units, GB-seconds, bytes of log and dollars, of partner files with small orders.
//
//   npm run bench:cost [-- --copies 2]
//
// The three handlers run for real, each in a process of its own, against the local cloud; their requests are counted, their CPU is
// measured, and item sizes are read from the tables. Prices and what is assumed: prices.ts, bill.ts. Writes
// bench/results/cost.json and the figures of docs/scale.md.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { mean, rounded } from "../idempotency/samples.ts";
import { billOf, CALL_MS, type InvocationFigures, type LogSettings, perMillion } from "./bill.ts";
import { productionFunction, queueMapping, type ServiceName, streamMapping } from "./deployed.ts";
import { callsOf, type MeasuredService } from "./measured.ts";
import { measureOrders, type MeasuredUploads, measureUploads, superstoreCopies } from "./pipeline.ts";
import { PRICES, SQS_CHUNK_BYTES } from "./prices.ts";
import { writeScaleGuide } from "../scale/guide-figures.ts";

const { values } = parseArgs({ options: { copies: { type: "string", default: "2" } } });
const MILLION = 1_000_000;
/** The two ways to batch the orders queue; above ten Lambda asks for a window of a second at least. */
const BATCHES = [
  { batchSize: 10, windowSeconds: 0 },
  { batchSize: 100, windowSeconds: 1 },
] as const;
const RECEIVE = 10;
/** Invocations that are left out at the beginning, while the processor compiles. */
const WARM_UP = 0.25;

const { loggingConfig, environment } = productionFunction("order-queue");
const production: LogSettings = {
  sampleRate: Number(environment.variables["LOG_SAMPLE_RATE"]),
  systemLogLevel: loggingConfig.systemLogLevel,
};
const everything: LogSettings = { sampleRate: 1, systemLogLevel: "INFO" };

function figuresOf(
  service: ServiceName,
  measured: MeasuredService,
  orders: number,
  success: string,
): InvocationFigures {
  const { invocations, log } = measured;
  const failed = invocations.reduce((sum, { failures }) => sum + failures, 0);
  if (failed > 0) throw new Error(`${service} failed ${failed} records of a good file`);
  const warm = invocations.slice(Math.floor(WARM_UP * invocations.length));
  const { lines = 0, bytes = 0 } = log[success] ?? {};
  const always = ["batch.received", "batch.handled", "metrics"].reduce((sum, kind) => sum + (log[kind]?.bytes ?? 0), 0);
  const calls = Object.entries(callsOf(invocations)).map(
    ([name, count]) => [name, count / invocations.length] as const,
  );
  return {
    orders,
    memoryMb: productionFunction(service).memorySize,
    cpuMs: mean(warm.map(({ cpuMs }) => cpuMs)),
    rounds: 1, // new orders: all calls of a batch are under way at once
    calls: Object.fromEntries(calls),
    logBytes: always / invocations.length,
    successBytes: lines === 0 ? 0 : bytes / lines,
  };
}

/** Reading and sending overlap, so that its CPU, of a whole processor, is what a file takes. */
function uploadFigures({ service, messages }: MeasuredUploads): InvocationFigures {
  const files = service.invocations.length;
  const log = Object.values(service.log).reduce((sum, { bytes }) => sum + bytes, 0);
  const calls = Object.entries(callsOf(service.invocations)).map(([name, count]) => [name, count / files] as const);
  return {
    orders: messages.length / files,
    memoryMb: productionFunction("upload-ingest").memorySize,
    cpuMs: mean(service.invocations.map(({ cpuMs }) => cpuMs)),
    rounds: 0,
    calls: Object.fromEntries(calls),
    logBytes: log / files,
    successBytes: 0,
  };
}

const uploads = await measureUploads(superstoreCopies(Number(values.copies)));
const { messages } = uploads;
const upload = uploadFigures(uploads);
const messageBytes = mean(messages.map(({ Body = "" }) => Buffer.byteLength(Body)));
const sends = (upload.calls["SendMessageBatch"] ?? 0) / upload.orders;
const chunks = Math.ceil(messageBytes / sends / SQS_CHUNK_BYTES);
// Sent, received by ten and deleted by ten: Lambda's pollers take what the API gives, whatever the size of a batch.
const sqsRequests = Math.round(MILLION * (sends * chunks + 2 / RECEIVE));

const variants = [];
for (const { batchSize, windowSeconds } of BATCHES) {
  const { orderQueue, changeAudit, orders, audit } = await measureOrders(messages, batchSize);
  const services = {
    uploadIngest: upload,
    orderQueue: figuresOf("order-queue", orderQueue, batchSize, "order.settled"),
    changeAudit: figuresOf("change-audit", changeAudit, streamMapping.batchSize, "change.settled"),
  };
  const writeUnits = Math.round(MILLION * (orders.writeUnits / orders.items + audit.writeUnits / audit.items));
  const billed = (log: LogSettings) => {
    const taken = Object.values(services).map((figures) => perMillion(figures, log));
    return rounding(billOf(taken, { sqsRequests, writeUnits }), 3);
  };
  variants.push({
    batchSize,
    windowSeconds,
    isDeployed: queueMapping.batchSize === batchSize && queueMapping.maximumBatchingWindowInSeconds === windowSeconds,
    invocation: mapped(services, (figures) => ({
      orders: Math.round(figures.orders),
      cpuMs: rounded(figures.cpuMs, 2),
      logBytes: Math.round(figures.logBytes),
      successBytes: Math.round(figures.successBytes),
    })),
    perMillionOrders: mapped(services, (figures) => rounding(perMillion(figures, production), 3)),
    writeUnits: {
      ordersTable: rounded(orders.writeUnits / orders.items, 3),
      auditTable: rounded(audit.writeUnits / audit.items, 3),
    },
    storedBytesPerOrder: Math.round(orders.bytes / orders.items + audit.bytes / audit.items),
    dollars: { asDeployed: billed(production), everythingLogged: billed(everything) },
  });
}

function mapped<Key extends string, From, To>(
  record: Readonly<Record<Key, From>>,
  map: (from: From) => To,
): Record<Key, To>;
function mapped<From, To>(record: Readonly<Record<string, From>>, map: (from: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/** Every number of an object, rounded. */
function rounding<Value extends object>(value: Value, decimals: number): Value {
  return JSON.parse(JSON.stringify(value), (_, each: unknown) =>
    typeof each === "number" ? rounded(each, decimals) : each,
  );
}

const result = {
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
  file: {
    orders: messages.length,
    linesPerOrder: rounded(uploads.lines / messages.length, 2),
    messageBytes: Math.round(messageBytes),
  },
  prices: PRICES,
  assumed: { callMs: CALL_MS, log: production },
  sqsRequests,
  variants,
};
writeFileSync(new URL("../results/cost.json", import.meta.url), `${JSON.stringify(result, undefined, 2)}\n`);
writeScaleGuide();

// oxlint-disable no-console -- tables on the terminal are what this is for
for (const { batchSize, windowSeconds, dollars } of variants) {
  console.log(`\na million orders in batches of ${batchSize}, window ${windowSeconds} s, in dollars`);
  console.table(dollars);
}
