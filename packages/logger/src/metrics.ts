/** The CloudWatch namespace of everything that the services count and measure. */
export const METRIC_NAMESPACE = "Doorbell";

/** What identifies a series, beside its name: `service` is `order-queue`, `function` holds the stage as well. */
export const METRIC_DIMENSIONS = ["service", "function"] as const;

/** What is counted. The statistic to look at is `Sum`. */
export const COUNTS = [
  /** Records of the event source that an invocation was given. */
  "Records",
  /** Of these, events, changes or uploads that had been handled before and were skipped. */
  "Duplicates",
  /** Records that can never succeed. */
  "Rejected",
  /** Rejected records that lie where an operator finds them. Fewer than `Rejected`: parking failed. */
  "Parked",
  /** Records that were reported as failed, or whose event was, to be delivered again. */
  "Retried",
  /** Rejected because something else is stored under their key. */
  "Conflicts",
  /** Writes that DynamoDB throttled, or whose answer was lost, and that were tried again. */
  "Throttles",
  /** Lines of an uploaded file that were refused. */
  "RejectedLines",
  /** Cancellations that were stored before their order had come. */
  "CancellationsWaiting",
  /** Orders that came to such a cancellation. As many as `CancellationsWaiting` in the end. */
  "CancellationsMatched",
] as const;

/** What is measured, in milliseconds. The statistics to look at are `Maximum` and percentiles. */
export const MEASURES = [
  /** Age of the oldest record of an invocation as it began: since the upload, the sending or the change. */
  "EventAge",
  /** From the handler's begin to its answer. */
  "BatchDuration",
] as const;

export type CountName = (typeof COUNTS)[number];
export type MeasureName = (typeof MEASURES)[number];

/** Takes what an invocation has to count. Costs nothing until the invocation ends. */
export interface Counter {
  count(name: CountName, by?: number): void;
}

/** The metrics of one invocation. */
export interface Metrics extends Counter {
  /** Of several values the largest is kept. */
  measure(name: MeasureName, ms: number): void;
  /** Writes everything as one line, and begins anew. Nothing is written where nothing was counted or measured. */
  write(): void;
}

/**
 * Collects the metrics of one invocation and hands them out as one document in embedded metric format, out of which
 * CloudWatch makes metrics without a call or a permission. What was not counted is left out: a series costs money as soon
 * as it exists. `properties` must hold every dimension. (AWS page: "Specification: Embedded metric format".)
 */
export function createMetrics(
  properties: Readonly<Record<(typeof METRIC_DIMENSIONS)[number], string>> & object,
  writeDocument: (document: object) => void,
): Metrics {
  let values = new Map<CountName | MeasureName, number>();
  return {
    count(name, by = 1) {
      if (by !== 0) values.set(name, (values.get(name) ?? 0) + by);
    },
    measure(name, ms) {
      values.set(name, Math.max(0, Math.round(ms), values.get(name) ?? 0));
    },
    write() {
      if (values.size === 0) return;
      const written = values;
      values = new Map();
      writeDocument({
        ...properties,
        _aws: {
          Timestamp: Date.now(),
          CloudWatchMetrics: [
            {
              Namespace: METRIC_NAMESPACE,
              Dimensions: [METRIC_DIMENSIONS],
              Metrics: [...written.keys()].map((Name) => ({ Name, Unit: unitOf(Name) })),
            },
          ],
        },
        ...Object.fromEntries(written),
      });
    },
  };
}

function unitOf(name: CountName | MeasureName): "Count" | "Milliseconds" {
  return MEASURES.some((measure) => measure === name) ? "Milliseconds" : "Count";
}
