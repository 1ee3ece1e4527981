import { alarm } from "./alarm.ts";
import { functionMetric, queueMetric } from "./metrics.ts";
import { type ServiceArgs, componentOf, service } from "./service.ts";
import type { ServiceName } from "./services.ts";

const MINUTE_MS = 60_000;

/** A service that answers new objects in a bucket. */
interface BucketServiceArgs extends Omit<ServiceArgs, "transform" | "retries"> {
  readonly bucket: sst.aws.Bucket;
  /** Where events end that could not be handled; see `failureQueue`. */
  readonly failures: sst.aws.Queue;
}

// A bucket's ARN names no account: whoever took the name after us could invoke the function, so the account is named too.
$transform(aws.lambda.Permission, (args) => {
  args.sourceAccount ??= aws.getCallerIdentityOutput().accountId;
});

/**
 * A function, invoked for each object that is created. S3 invokes asynchronously: Lambda has acknowledged the event, so it is
 * retried twice within six hours, and ends in `failures` when that does not help. Rings when that is not empty or takes nothing,
 * when an event is given up or waits for minutes, and as every service.
 */
export function bucketService(
  name: ServiceName,
  { bucket, failures, permissions = [], ...args }: BucketServiceArgs,
): sst.aws.Function {
  const made = service(name, {
    ...args,
    permissions: $resolve([permissions]).apply(([own]) => [
      ...own,
      // Lambda sends failed events there in the function's name.
      { actions: ["sqs:SendMessage"], resources: [failures.arn] },
    ]),
    retries: 2,
    transform: {
      eventInvokeConfig: {
        maximumEventAgeInSeconds: 6 * 3600,
        destinationConfig: { onFailure: { destination: failures.arn } },
      },
    },
  });
  bucket.notify({
    notifications: [{ name: componentOf(name), function: made.arn, events: ["s3:ObjectCreated:*"] }],
  });

  // Not kept anywhere: the one case in which data is lost for good when it is overlooked.
  alarm(name, "undelivered", {
    says: `An event that ${name} could not handle could not be written to its failure destination either.`,
    metric: functionMetric(made, "DestinationDeliveryFailures"),
    statistic: "Sum",
    atLeast: 1,
  });
  alarm(name, "dropped", {
    says: `Lambda gave up an event for ${name}: it failed three times, or could not be tried for six hours.`,
    metric: functionMetric(made, "AsyncEventsDropped"),
    statistic: "Sum",
    atLeast: 1,
  });
  alarm(name, "late", {
    says: `An event has been waiting for ${name} for ten minutes: Lambda cannot run it, or it fails again and again.`,
    metric: functionMetric(made, "AsyncEventAge"),
    statistic: "Maximum",
    atLeast: 10 * MINUTE_MS,
    minutes: 5,
  });
  alarm(name, "given-up", {
    says: `An event failed three times in ${name}. It is kept for 14 days.`,
    metric: queueMetric(failures, "ApproximateNumberOfMessagesVisible"),
    statistic: "Maximum",
    atLeast: 1,
  });
  return made;
}
