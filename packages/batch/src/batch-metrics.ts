import type { MetricNames } from "@doorbell/logger/metrics";

/** What every handler counts. The logger that it is given must know these names; a service adds its own. */
export const BATCH_COUNTS = [
  /** Records of the event source that an invocation was given. */
  "Records",
  /** Records that can never succeed. */
  "Rejected",
  /** Rejected records that lie where an operator finds them. Fewer than `Rejected`: parking failed. */
  "Parked",
  /** Records that were reported as failed, or whose event was, to be delivered again. */
  "Retried",
  /** Records whose work had been done before, as an idempotency strategy knew. */
  "Duplicates",
  /** Rejected because something else is stored under their key. */
  "Conflicts",
  /** Calls that a strategy's store throttled, or did not answer, and that were tried again. */
  "Throttles",
] as const;

/** What every handler measures, in milliseconds. */
export const BATCH_MEASURES = [
  /** Age of the oldest record of an invocation as it began, since what it tells of happened. */
  "EventAge",
  /** From the handler's begin to its answer. */
  "BatchDuration",
] as const;

/** The names under which a service counts and measures that has nothing of its own to count. */
export function batchMetrics(namespace: string): MetricNames<BatchCount, BatchMeasure> {
  return { namespace, counts: BATCH_COUNTS, measures: BATCH_MEASURES };
}

export type BatchCount = (typeof BATCH_COUNTS)[number];
export type BatchMeasure = (typeof BATCH_MEASURES)[number];
