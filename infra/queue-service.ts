import { queueBackoffPermissions, queueParkingPermissions } from "@doorbell/batch/permissions";
import { alarm } from "./alarm.ts";
import { countedBy, queueMetric } from "./metrics.ts";
import { type ServiceArgs, service } from "./service.ts";
import type { ServiceName } from "./services.ts";
import type { QueueScaling } from "./stage.ts";

const MINUTE_MS = 60_000;

/** A service that answers a queue; see `workQueue`. */
interface QueueServiceArgs extends ServiceArgs {
  readonly queue: sst.aws.Queue;
  readonly dlq: sst.aws.Queue;
  /** As the queue was told; 0 by default. */
  readonly windowSeconds?: number;
  /** Set here and not as reserved concurrency, which would burn receives by throttling. */
  readonly scaling: QueueScaling;
}

/**
 * A function, its queue's messages in batches of ten with partial responses, and the permissions to receive them, to have them come
 * back later, and to park in the DLQ what can never succeed. Rings when the DLQ is not empty, when messages wait or are retried for minutes, and as every service.
 */
export function queueService(
  name: ServiceName,
  { queue, dlq, windowSeconds = 0, scaling, permissions = [], ...args }: QueueServiceArgs,
): sst.aws.Function {
  const made = service(name, {
    ...args,
    permissions: $resolve([permissions]).apply(([own]) => [
      ...own,
      ...queueParkingPermissions(dlq.arn),
      ...queueBackoffPermissions(queue.arn),
      // What Lambda's pollers do in the function's name.
      { actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], resources: [queue.arn] },
    ]),
  });
  queue.subscribe(made.arn, {
    batch: { size: 10, window: `${windowSeconds} seconds`, partialResponses: true },
    transform: {
      eventSourceMapping:
        "maximumConcurrency" in scaling ? { scalingConfig: scaling } : { provisionedPollerConfig: scaling },
    },
  });

  alarm(name, "given-up", {
    says: `A message for ${name} failed fifty times or can never succeed. It is kept for 14 days.`,
    metric: queueMetric(dlq, "ApproximateNumberOfMessagesVisible"),
    statistic: "Maximum",
    atLeast: 1,
  });
  alarm(name, "late", {
    says: `A message for ${name} has been waiting for ten minutes: more come in than are handled, or nobody takes them.`,
    metric: queueMetric(queue, "ApproximateAgeOfOldestMessage"),
    statistic: "Maximum",
    atLeast: 10 * 60,
    minutes: 5,
  });
  // SQS no longer tells the age of a message that was received three times; the service does.
  alarm(name, "overdue", {
    says: `A message that ${name} was given is older than ten minutes: it fails again and again, or has waited for long.`,
    metric: countedBy(name, "EventAge"),
    statistic: "Maximum",
    atLeast: 10 * MINUTE_MS,
    minutes: 5,
  });
  return made;
}
