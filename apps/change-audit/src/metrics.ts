import { BATCH_COUNTS, BATCH_MEASURES } from "@doorbell/batch/batch-metrics";

const COUNTS = [
  /** Changes that had been recorded before. */
  "Duplicates",
  /** Rejected because another change is recorded for the version. */
  "Conflicts",
] as const;

/** What this service counts, beside what every handler does. */
export type AuditCount = (typeof COUNTS)[number];

/** The names of this service's metrics in CloudWatch; the alarms watch some of them. */
export const metrics = {
  namespace: "Doorbell",
  counts: [...BATCH_COUNTS, ...COUNTS],
  measures: BATCH_MEASURES,
};
