import { BATCH_COUNTS, BATCH_MEASURES } from "@doorbell/batch/batch-metrics";

const COUNTS = [
  /** Lines of an uploaded file that were refused. */
  "RejectedLines",
] as const;

/** What this service counts, beside what every handler does. Its uploads have a lease of their own, so it counts duplicates itself. */
export type UploadCount = (typeof COUNTS)[number] | "Duplicates";

/** The names of this service's metrics in CloudWatch; the alarms watch some of them. */
export const metrics = {
  namespace: "Doorbell",
  counts: [...BATCH_COUNTS, ...COUNTS],
  measures: BATCH_MEASURES,
};
