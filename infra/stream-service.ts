import { bucketParkingPermissions } from "@doorbell/batch/permissions";
import { alarm } from "./alarm.ts";
import { countedBy, functionMetric } from "./metrics.ts";
import { type ServiceArgs, componentOf, service } from "./service.ts";
import type { ServiceName } from "./services.ts";

const MINUTE_MS = 60_000;

/** A service that answers the changes of a table. */
interface StreamServiceArgs extends ServiceArgs {
  /** A table with `stream: "new-and-old-images"`. AWS advises two readers at most for each stream. */
  readonly table: sst.aws.Dynamo;
  /**
   * Where batches end that stayed unprocessed, whole, and records that can never be processed. A bucket and not a queue: a queue would
   * get pointers into the stream only, and those records are gone after 24 hours.
   */
  readonly failures: sst.aws.Bucket;
}

/**
 * A function and the changes of a table, in batches of a hundred, in order for each item. Rings when changes are given up, cannot
 * be written to `failures`, are parked there or come late, and as every service.
 */
export function streamService(
  name: ServiceName,
  { table, failures, permissions = [], ...args }: StreamServiceArgs,
): sst.aws.Function {
  const made = service(name, {
    ...args,
    permissions: $resolve([permissions]).apply(([own]) => [
      ...own,
      ...bucketParkingPermissions($interpolate`${failures.arn}/*`),
      // Lambda asks for the listing too before it writes a discarded batch to the bucket.
      { actions: ["s3:ListBucket"], resources: [failures.arn] },
      // What Lambda's pollers do in the function's name.
      {
        actions: [
          "dynamodb:DescribeStream",
          "dynamodb:GetRecords",
          "dynamodb:GetShardIterator",
          "dynamodb:ListStreams",
        ],
        resources: [table.nodes.table.streamArn],
      },
    ]),
  });
  const mapping = table.subscribe(componentOf(name), made.arn, {
    transform: {
      eventSourceMapping: {
        // From the oldest record there is: a change made while the mapping was being created is not left out.
        startingPosition: "TRIM_HORIZON",
        batchSize: 100,
        // Four lanes a shard, order kept for each item: a batch that is being retried holds up a quarter of the shard.
        parallelizationFactor: 4,
        functionResponseTypes: ["ReportBatchItemFailures"],
        // Halve a failing batch until the record that fails stands alone, and give up on that one well before the stream
        // forgets it (24 hours), so that the whole batch can still be written to the failures bucket.
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 10,
        maximumRecordAgeInSeconds: 6 * 3600,
        destinationConfig: { onFailure: { destinationArn: failures.arn } },
        // Counts, among others, the batches that were given up, which an alarm watches; billed, so where alarms are.
        ...($app.protect ? { metricsConfig: { metrics: ["EventCount"] } } : {}),
      },
    },
  });

  // Not kept anywhere: the one case in which data is lost for good when it is overlooked.
  alarm(name, "undelivered", {
    says: `A batch of changes that ${name} could not handle could not be written to its failure destination either.`,
    metric: functionMetric(made, "DestinationDeliveryFailures"),
    statistic: "Sum",
    atLeast: 1,
  });
  alarm(name, "given-up", {
    says: `A batch of changes failed in ${name} for six hours or eleven times. It is kept in the failures bucket.`,
    metric: {
      namespace: "AWS/Lambda",
      name: "OnFailureDestinationDeliveredEventCount",
      dimensions: { EventSourceMappingUUID: mapping.apply(({ nodes }) => nodes.eventSourceMapping.uuid) },
    },
    statistic: "Sum",
    atLeast: 1,
  });
  alarm(name, "parked", {
    says: `A change can never be handled by ${name}. It is kept in the failures bucket.`,
    metric: countedBy(name, "Parked"),
    statistic: "Sum",
    atLeast: 1,
  });
  alarm(name, "late", {
    says: `A change has been waiting for ${name} for ten minutes; the stream forgets it after 24 hours.`,
    metric: functionMetric(made, "IteratorAge"),
    statistic: "Maximum",
    atLeast: 10 * MINUTE_MS,
    minutes: 5,
  });
  return made;
}
