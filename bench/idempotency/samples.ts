import * as v from "valibot";
import { BATCH_KINDS } from "./batches.ts";

/** The two ways to do the same job. */
export const JOBS = ["doorbell", "powertools"] as const;
export type Job = (typeof JOBS)[number];

const sampleSchema = v.object({
  job: v.picklist(JOBS),
  kind: v.picklist(BATCH_KINDS),
  ms: v.number(),
  cpuUs: v.number(),
  calls: v.number(),
  failures: v.number(),
  writeUnits: v.optional(v.number()),
  readUnits: v.optional(v.number()),
  orderBytes: v.optional(v.number()),
});

/** What one batch took. */
export type Sample = v.InferOutput<typeof sampleSchema>;

/** What `run-jobs.ts` sends. `twins` are the failed records of a batch with one order twice. */
export const runSchema = v.object({
  samples: v.array(sampleSchema),
  twins: v.object({ doorbell: v.number(), powertools: v.number() }),
});

/** The value below which the share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length);
/** With so many decimals. */
export const rounded = (value: number, decimals = 1): number => Math.round(value * 10 ** decimals) / 10 ** decimals;
