// Runs both jobs against the DynamoDB endpoint in its environment, batch by batch in turn, in one process, and sends what it
// measured to its parent. The jobs' logs go to stdout, which the parent drops.
import { subscribe } from "node:diagnostics_channel";
import * as v from "valibot";
import { BATCH_KINDS, type Batch, type BatchKind, batchesOf } from "./batches.ts";
import { JOBS, type Job, type Sample } from "./samples.ts";

const {
  batches: count,
  warmUp,
  stub,
} = v.parse(
  v.object({ batches: v.number(), warmUp: v.number(), stub: v.optional(v.string()) }),
  JSON.parse(process.argv[2] ?? ""),
);

const nothing = () => undefined;
const CONTEXT = {
  awsRequestId: "00000000-0000-4000-8000-000000000000",
  functionName: "order-queue",
  functionVersion: "$LATEST",
  invokedFunctionArn: "arn:aws:lambda:eu-central-2:000000000000:function:order-queue",
  memoryLimitInMB: "512",
  logGroupName: "/aws/lambda/order-queue",
  logStreamName: "2026/01/02/[$LATEST]0",
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => 30_000,
  done: nothing,
  fail: nothing,
  succeed: nothing,
};
type Handler = (event: Batch, context: typeof CONTEXT) => Promise<unknown>;
const handlers: Record<Job, Handler> = {
  powertools: (await import("./peer-handler.ts")).handler,
  doorbell: (await import("@doorbell/order-queue/handler")).handler,
};
const failuresSchema = v.object({ batchItemFailures: v.array(v.unknown()) });
const usedSchema = v.object({
  writeUnits: v.number(),
  readUnits: v.number(),
  ordersWritten: v.number(),
  orderBytes: v.number(),
});
let calls = 0;
subscribe("http.client.request.start", () => (calls += 1));

async function used() {
  if (stub === undefined) return undefined;
  const answer = await fetch(stub, { method: "POST", body: "{}" });
  return v.parse(usedSchema, await answer.json());
}

async function run(job: Job, batch: Batch): Promise<Omit<Sample, "job" | "kind">> {
  const before = await used();
  calls = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const answer = await handlers[job](structuredClone(batch), CONTEXT);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const made = calls;
  const after = await used();
  return {
    ms,
    cpuUs: user + system,
    calls: made,
    failures: v.parse(failuresSchema, answer).batchItemFailures.length,
    writeUnits: after && before && after.writeUnits - before.writeUnits,
    readUnits: after && before && after.readUnits - before.readUnits,
    orderBytes: after?.orderBytes,
  };
}

const batches = { doorbell: batchesOf("doorbell"), powertools: batchesOf("powertools") };
const samples: Sample[] = [];
const kinds: readonly BatchKind[] = BATCH_KINDS;
for (let round = 0; round < warmUp + count; round += 1) {
  for (const kind of kinds) {
    // The jobs take turns at being first.
    for (const job of round % 2 === 0 ? JOBS : JOBS.toReversed()) {
      const sample = await run(job, batches[job].next(kind));
      if (round >= warmUp) samples.push({ job, kind, ...sample });
    }
  }
}
const twins: Partial<Record<Job, number>> = {};
for (const job of JOBS) twins[job] = (await run(job, batches[job].twins())).failures;
process.send?.({ samples, twins }, () => process.exit());
