import { batchMetrics } from "@doorbell/batch/batch-metrics";

/** The names of this service's metrics in CloudWatch, those of every handler; the alarms watch some of them. */
export const metrics = batchMetrics("Doorbell");
