import { BATCH_COUNTS, BATCH_MEASURES } from "@doorbell/batch/batch-metrics";

const COUNTS = [
  /** Cancellations that were stored before their order had come. */
  "CancellationsWaiting",
  /** Orders that came to such a cancellation. As many as `CancellationsWaiting` in the end. */
  "CancellationsMatched",
] as const;

/** What this service counts, beside what every handler does. */
export type OrderCount = (typeof COUNTS)[number];

/** The names of this service's metrics in CloudWatch; the alarms watch some of them. */
export const metrics = {
  namespace: "Doorbell",
  counts: [...BATCH_COUNTS, ...COUNTS],
  measures: BATCH_MEASURES,
};
