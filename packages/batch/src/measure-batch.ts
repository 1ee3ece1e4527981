import type { Metrics } from "@doorbell/logger/metrics";
import type { BatchCount, BatchMeasure } from "./batch-metrics.ts";
import type { ReadRecord } from "./read-records.ts";

/** Counts how a batch ended and writes the invocation's metrics. Called once, when everything else has been counted. */
export function measureBatch<R>(
  metrics: Metrics<BatchCount, BatchMeasure>,
  batch: {
    readonly records: readonly ReadRecord<R, unknown>[];
    readonly happenedAt?: ((record: R) => number | undefined) | undefined;
    /** When the handler began, milliseconds since 1970. */
    readonly beganAt: number;
    readonly rejected: number;
    readonly retried: number;
  },
): void {
  const { records, happenedAt, beganAt } = batch;
  metrics.count("Records", records.length);
  metrics.count("Parked", batch.rejected);
  metrics.count("Retried", batch.retried);
  for (const record of records) {
    const at = record.source === undefined ? undefined : happenedAt?.(record.source);
    if (at !== undefined && Number.isFinite(at)) metrics.measure("EventAge", beganAt - at);
  }
  metrics.measure("BatchDuration", Date.now() - beganAt);
  metrics.write();
}
