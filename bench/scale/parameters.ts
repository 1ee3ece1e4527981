import { readFileSync } from "node:fs";
import * as v from "valibot";
import { billedMs } from "../cost/bill.ts";
import { productionFunction, queueMapping, streamMapping, tableOf } from "../cost/deployed.ts";
import { AWS_LIMITS } from "./limits.ts";

const invocationSchema = v.object({ orders: v.number(), cpuMs: v.number() });
const costSchema = v.object({
  assumed: v.object({ callMs: v.number() }),
  variants: v.array(
    v.object({
      batchSize: v.number(),
      windowSeconds: v.number(),
      invocation: v.object({ orderQueue: invocationSchema, changeAudit: invocationSchema }),
      writeUnits: v.object({ ordersTable: v.number(), auditTable: v.number() }),
    }),
  ),
});
const coldStartSchema = v.object({
  coldStart: v.object({ doorbell: v.object({ plain: v.object({ sumMs: v.number() }) }) }),
});

const read = <Schema extends v.GenericSchema>(file: string, schema: Schema) =>
  v.parse(schema, JSON.parse(readFileSync(new URL(`../results/${file}`, import.meta.url), "utf8")));

/** A table, as the simulation takes it. */
export interface TableParameters {
  /** Write units of one order, in the mean. */
  readonly unitsPerOrder: number;
  readonly warm: number;
  readonly maximum: number | undefined;
}

/** What a run is made of. */
export interface Parameters {
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** Environments that the queue's mapping begins with, adds in a second while messages wait, and has at most. */
  readonly pollers: { readonly start: number; readonly growthPerSecond: number; readonly maximum: number };
  readonly streamBatch: number;
  readonly parallelizationFactor: number;
  /** Milliseconds of the processor that a batch takes by the function's share of it, of every order in it. */
  readonly orderQueueMsPerOrder: number;
  readonly changeAuditMsPerOrder: number;
  readonly callMs: number;
  readonly coldStartMs: number;
  readonly ordersTable: TableParameters;
  readonly auditTable: TableParameters;
  readonly accountConcurrency: number;
}

/** What a scenario does otherwise than production. */
export interface Turned {
  readonly batchSize?: 10 | 100;
  readonly maximumConcurrency?: number;
  readonly provisionedPollers?: { readonly minimum: number; readonly maximum: number };
  readonly parallelizationFactor?: number;
  readonly ordersWrites?: { readonly warm: number; readonly maximum?: number };
  readonly auditWrites?: { readonly warm: number; readonly maximum?: number };
}

/** Production as `infra/graph.production.json` has it and `bench/results` measured it, with what is turned. */
export function parametersOf(turned: Turned = {}): Parameters {
  const cost = read("cost.json", costSchema);
  const batchSize = turned.batchSize ?? queueMapping.batchSize;
  const variant = cost.variants.find((each) => each.batchSize === batchSize);
  if (variant === undefined) throw new Error(`batches of ${batchSize} were not measured: npm run bench:cost`);
  const { orderQueue, changeAudit } = variant.invocation;
  const processorMs = (service: "order-queue" | "change-audit", { cpuMs, orders }: typeof orderQueue) =>
    billedMs({ cpuMs: 1_000 * cpuMs, memoryMb: productionFunction(service).memorySize, rounds: 0 }) / 1_000 / orders;
  return {
    batchSize,
    windowSeconds: turned.batchSize === undefined ? queueMapping.maximumBatchingWindowInSeconds : variant.windowSeconds,
    pollers: pollersOf(turned),
    streamBatch: streamMapping.batchSize,
    parallelizationFactor: turned.parallelizationFactor ?? streamMapping.parallelizationFactor,
    orderQueueMsPerOrder: processorMs("order-queue", orderQueue),
    changeAuditMsPerOrder: processorMs("change-audit", changeAudit),
    callMs: cost.assumed.callMs,
    coldStartMs: read("idempotency.json", coldStartSchema).coldStart.doorbell.plain.sumMs,
    ordersTable: tableParameters("OrdersTable", variant.writeUnits.ordersTable, turned.ordersWrites),
    auditTable: tableParameters("AuditTable", variant.writeUnits.auditTable, turned.auditWrites),
    accountConcurrency: AWS_LIMITS.accountConcurrency,
  };
}

function pollersOf({ maximumConcurrency, provisionedPollers }: Turned): Parameters["pollers"] {
  const { minimumPollers, maximumPollers } = queueMapping.provisionedPollerConfig ?? {};
  const minimum = provisionedPollers?.minimum ?? minimumPollers;
  const maximum = provisionedPollers?.maximum ?? maximumPollers;
  if (maximumConcurrency === undefined && minimum !== undefined && maximum !== undefined)
    return {
      start: minimum * AWS_LIMITS.environmentsPerPoller,
      growthPerSecond: AWS_LIMITS.provisionedGrowthPerMinute / 60,
      maximum: maximum * AWS_LIMITS.environmentsPerPoller,
    };
  const limit = maximumConcurrency ?? queueMapping.scalingConfig?.maximumConcurrency ?? AWS_LIMITS.maximumPollers;
  return {
    start: Math.min(limit, AWS_LIMITS.startingPollers),
    growthPerSecond: AWS_LIMITS.growthPerMinute / 60,
    maximum: limit,
  };
}

function tableParameters(
  component: "OrdersTable" | "AuditTable",
  unitsPerOrder: number,
  turned: Turned["ordersWrites"],
): TableParameters {
  const { warmThroughput, onDemandThroughput } = tableOf(component);
  return {
    unitsPerOrder,
    warm: turned?.warm ?? warmThroughput?.writeUnitsPerSecond ?? AWS_LIMITS.newTableWrites,
    maximum: turned === undefined ? onDemandThroughput?.maxWriteRequestUnits : turned.maximum,
  };
}
