import type { Log } from "@doorbell/logger/log";
import type { Counter } from "@doorbell/logger/metrics";
import type { BatchCount } from "./batch-metrics.ts";
import { type LoggedRecord, logBatchEvent } from "./log-events.ts";
import type { Outcome } from "./outcome.ts";
import type { RejectedRecord } from "./read-records.ts";
import { loggableReason } from "./reason.ts";

/**
 * Puts a record that will never be retried, and the reason, where an operator finds it. Resolves only when it is
 * durably there. It may be called twice for the same record. `error` is what the handler threw, where it threw.
 */
export type Park = (record: RejectedRecord, reason: string, error?: unknown) => Promise<void>;

/** What became of a record in the end; only `retried` is reported to the event source. */
export type Settled =
  | { readonly end: "done" }
  | { readonly end: "rejected" }
  | { readonly end: "retried"; readonly error?: unknown };

/**
 * Brings an outcome to its end. A rejected record is parked before it counts as rejected, so a crash in between parks
 * it twice and never loses it; where parking fails, it is retried. Logs everything that is not plainly done, with the `fields` that identify the record.
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
    readonly fields: LoggedRecord;
    readonly metrics: Counter<BatchCount>;
  },
): Promise<Settled> {
  if (outcome.kind === "done") return { end: "done" };
  if (outcome.kind === "retry") {
    logBatchEvent(log, { event: "record.retried", ...fields, err: outcome.error });
    return { end: "retried", error: outcome.error };
  }
  metrics.count("Rejected");
  const reason = loggableReason(outcome.reason);
  try {
    await park(record, outcome.reason, outcome.error);
  } catch (error) {
    logBatchEvent(log, { event: "record.not-parked", ...fields, reason, err: error });
    return { end: "retried", error };
  }
  logBatchEvent(log, { event: "record.parked", ...fields, reason });
  return { end: "rejected" };
}
