// The same job, new orders from a queue into a table, on Powertools for AWS Lambda (TypeScript) and on Doorbell, in turn.
//
//   node bench/idempotency/main.ts [--batches 200] [--starts 15]
//
// Prints tables and writes bench/results/idempotency.json and docs/idempotency.svg. DynamoDB is a stub that answers at once
// or after 4 ms, and DynamoDB Local, whose own time is large for PartiQL and judges nothing.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startTables } from "@doorbell/local-cloud/testing";
import { BATCH_KINDS, BATCH_SIZE, batchesOf } from "./batches.ts";
import { bundleJobs } from "./bundles.ts";
import { drawChart } from "./chart.ts";
import { type ColdStart, coldStart } from "./cold-start.ts";
import { effectsAfterCrash } from "./crash.ts";
import { writeGuideFigures } from "./guide-figures.ts";
import { runJobs, startStub } from "./processes.ts";
import { type Job, JOBS, mean, median, quantile, rounded, type Sample } from "./samples.ts";

const { values } = parseArgs({
  options: { batches: { type: "string", default: "200" }, starts: { type: "string", default: "15" } },
});
const count = Number(values.batches);
const STUB_DELAY_MS = 4;
/** On demand, us-east-1 (AWS: "Amazon DynamoDB pricing", since November 2024). */
const DOLLARS_PER_MILLION_WRITE_UNITS = 0.625;

const perJob = <T>(make: (job: Job) => T): Record<Job, T> => ({
  doorbell: make("doorbell"),
  powertools: make("powertools"),
});
const eachKind = <T>(make: (kind: (typeof BATCH_KINDS)[number]) => T) =>
  Object.fromEntries(BATCH_KINDS.map((kind) => [kind, make(kind)]));

const of = (samples: readonly Sample[], job: Job, kind: string) =>
  samples.filter((sample) => sample.job === job && sample.kind === kind);

/** What one kind of batch takes in time. */
function timesOf(samples: readonly Sample[]) {
  const ms = samples.map((sample) => sample.ms);
  const cpuUs = samples.map((sample) => sample.cpuUs / BATCH_SIZE);
  return {
    medianMs: rounded(median(ms), 2),
    p99Ms: rounded(quantile(ms, 0.99), 2),
    recordsPerSecond: Math.round((BATCH_SIZE * 1_000) / mean(ms)),
    cpuUsPerRecord: Math.round(mean(cpuUs)),
  };
}

/** What one kind of batch takes in calls and capacity. Capacity is computed from item sizes by AWS's rule. */
function costOf(samples: readonly Sample[]) {
  return {
    calls: median(samples.map(({ calls }) => calls)),
    writeUnits: median(samples.map((sample) => sample.writeUnits ?? 0)),
    readUnits: median(samples.map((sample) => sample.readUnits ?? 0)),
    failedRecords: Math.max(...samples.map(({ failures }) => failures)),
  };
}

async function onStub(delayMs: number) {
  const stub = await startStub(delayMs);
  try {
    return await runJobs(stub.url, { batches: count, warmUp: 20, stub: stub.url });
  } finally {
    stub.stop();
  }
}

async function onDynamoDbLocal() {
  const tables = await startTables(["orders", "idempotency"].map((name) => ({ name, hash: "id" })));
  try {
    return await runJobs(tables.endpoint, { batches: Math.ceil(count / 4), warmUp: 10 });
  } finally {
    await tables.stop();
  }
}

async function coldStarts(bundles: Awaited<ReturnType<typeof bundleJobs>>) {
  const stub = await startStub(0);
  const folders = { ...perJob((job) => bundles.jobs[job].folder), empty: bundles.empty };
  const records = { ...perJob((job) => batchesOf(`cold-${job}`)), empty: batchesOf("cold-empty") };
  const variants = (["empty", ...JOBS] as const).flatMap((name) => [
    { name, cached: false },
    { name, cached: true },
  ]);
  const starts = variants.map((variant) => ({ ...variant, runs: new Array<ColdStart>() }));
  try {
    // The first round fills the compile caches and does not count.
    for (let round = 0; round <= Number(values.starts); round += 1) {
      for (const { name, cached, runs } of starts) {
        const event = records[name].next("new");
        const cacheDir = cached ? { cacheDir: join(bundles.root, `cache-${name}`) } : {};
        const run = await coldStart({ folder: folders[name], event, dynamodb: stub.url, ...cacheDir });
        if (round > 0) runs.push(run);
      }
    }
  } finally {
    stub.stop();
  }
  const medianOf = (name: string, cached: boolean, field: keyof ColdStart) =>
    median((starts.find((each) => each.name === name && each.cached === cached)?.runs ?? []).map((run) => run[field]));
  return perJob((job) => {
    const [plain, withCompileCache] = [false, true].map((cached) => {
      const initMs = medianOf(job, cached, "initMs") - medianOf("empty", cached, "initMs");
      const firstInvocationMs = medianOf(job, cached, "firstInvocationMs");
      return {
        initAboveEmptyMs: rounded(initMs),
        firstInvocationMs: rounded(firstInvocationMs),
        sumMs: rounded(initMs + firstInvocationMs),
      };
    });
    return { plain, withCompileCache };
  });
}

const atOnce = await onStub(0);
const after4Ms = await onStub(STUB_DELAY_MS);
const local = await onDynamoDbLocal();
const crash = { doorbell: await effectsAfterCrash("doorbell"), powertools: await effectsAfterCrash("powertools") };
const bundles = await bundleJobs();
let starts;
try {
  starts = await coldStarts(bundles);
} finally {
  rmSync(bundles.root, { recursive: true, force: true });
}

const versionOf = (name: string): string => {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return String(JSON.parse(readFileSync(file, "utf8")).version);
};
const result = {
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
  peer: `Powertools for AWS Lambda (TypeScript) ${versionOf("@aws-lambda-powertools/idempotency")}`,
  batchSize: BATCH_SIZE,
  batches: count,
  orderItemBytes: perJob((job) => Math.max(...of(atOnce.samples, job, "new").map(({ orderBytes }) => orderBytes ?? 0))),
  cost: {
    note: "a batch of 10; write and read units computed from item sizes by AWS's rule",
    ...perJob((job) => eachKind((kind) => costOf(of(atOnce.samples, job, kind)))),
  },
  dollarsPerMillionNewOrders: perJob((job) => {
    const writes = median(of(atOnce.samples, job, "new").map((sample) => sample.writeUnits ?? 0)) / BATCH_SIZE;
    return rounded(writes * DOLLARS_PER_MILLION_WRITE_UNITS, 3);
  }),
  sameOrderTwiceInABatch: { failedRecords: atOnce.twins },
  effectsPerOrderAfterACrash: crash,
  stubAtOnce: perJob((job) => eachKind((kind) => timesOf(of(atOnce.samples, job, kind)))),
  stubAfter4Ms: perJob((job) => eachKind((kind) => timesOf(of(after4Ms.samples, job, kind)))),
  dynamoDbLocal: perJob((job) => eachKind((kind) => timesOf(of(local.samples, job, kind)))),
  bundle: perJob((job) => ({
    bytes: bundles.jobs[job].bytes,
    bytesWithoutSdk: bundles.jobs[job].bytesWithoutSdk,
  })),
  coldStart: starts,
};
writeFileSync(new URL("../results/idempotency.json", import.meta.url), `${JSON.stringify(result, undefined, 2)}\n`);
writeFileSync(new URL("../../docs/idempotency.svg", import.meta.url), drawChart(result));
writeGuideFigures(new URL("../../docs/idempotency.md", import.meta.url), result);

// oxlint-disable no-console -- tables on the terminal are what this is for
for (const section of ["cost", "stubAfter4Ms", "stubAtOnce", "dynamoDbLocal"] as const) {
  console.log(`\n${section}`);
  const rows = BATCH_KINDS.flatMap((kind) =>
    JOBS.map((job) => [`${kind}, ${job}`, result[section][job][kind]] as const),
  );
  console.table(Object.fromEntries(rows));
}
console.table(
  perJob((job) => ({
    "same order twice, failed": result.sameOrderTwiceInABatch.failedRecords[job],
    "effects after a crash": result.effectsPerOrderAfterACrash[job],
    "bundle bytes": result.bundle[job].bytes,
    "without the SDK": result.bundle[job].bytesWithoutSdk,
    "cold start ms": result.coldStart[job].plain?.sumMs,
    "with a compile cache": result.coldStart[job].withCompileCache?.sumMs,
  })),
);
