import type { Log } from "@doorbell/logger/log";
import type { Counter } from "@doorbell/logger/metrics";
import type { BatchCount } from "./batch-metrics.ts";
import type { Outcome } from "./outcome.ts";
import type { RejectedRecord } from "./read-records.ts";
import { loggableReason } from "./reason.ts";

/**
 * Puts a record that will never be retried, and the reason, where an operator finds it. Resolves only when it is
 * durably there. It may be called twice for the same record.
 */
export type Park = (record: RejectedRecord, reason: string) => Promise<void>;

/** What became of a record in the end; only `retried` is reported to the event source. */
export type Settled = "done" | "rejected" | "retried";

/**
 * Brings an outcome to its end. A rejected record is parked before it counts as rejected, so a crash in between parks
 * it twice and never loses it; where parking fails, it is retried. Logs everything that is not plainly done, with the
 * `fields` that identify the record.
 */
export async function settle(
  record: RejectedRecord,
  outcome: Outcome,
  {
    park,
    log,
    fields,
    metrics,
  }: {
    readonly park: Park;
    readonly log: Log;
    readonly fields: object;
    readonly metrics: Counter<BatchCount>;
  },
): Promise<Settled> {
  if (outcome.kind === "done") return "done";
  if (outcome.kind === "retry") {
    log.warn({ ...fields, err: outcome.error }, "record failed, to be delivered again");
    return "retried";
  }
  metrics.count("Rejected");
  const reason = loggableReason(outcome.reason);
  try {
    await park(record, outcome.reason);
  } catch (error) {
    log.error({ ...fields, reason, err: error }, "record rejected but not parked, to be delivered again");
    return "retried";
  }
  log.warn({ ...fields, reason }, "record rejected and parked");
  return "rejected";
}

/** How many of a batch's records ended how; those without an end count as retried. */
export function tally(
  records: number,
  settled: Iterable<Settled>,
): { records: number; done: number; rejected: number; retried: number } {
  const ends = [...settled];
  const done = ends.filter((end) => end === "done").length;
  const rejected = ends.filter((end) => end === "rejected").length;
  return { records, done, rejected, retried: records - done - rejected };
}
