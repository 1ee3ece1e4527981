import { privateBucket } from "./bucket.ts";
import { ordersTable } from "./orders.ts";
import { service } from "./service.ts";

/** One entry a change of an order, keyed by order and version. */
export const auditTable = new sst.aws.Dynamo("AuditTable", {
  fields: { orderId: "string", version: "number" },
  primaryIndex: { hashKey: "orderId", rangeKey: "version" },
  deletionProtection: $app.protect,
});

/**
 * Stream batches that stayed unprocessed, whole, and records that can never be. A bucket and not a queue: a queue would get
 * pointers into the stream only, and those records are gone after 24 hours.
 */
export const failures = privateBucket("Failures");

/** Writes the audit trail: a hundred records are four DynamoDB calls, so a minute leaves room for throttling. */
export const changeAudit = service("ChangeAudit", "change-audit", {
  description: "Writes an audit entry for every change of an order",
  // In `sst dev` the handler runs on a laptop, where somebody may be thinking at a breakpoint.
  timeout: $dev ? "15 minutes" : "1 minute",
  memory: "512 MB",
  environment: { ORDERS_TABLE: ordersTable.name, AUDIT_TABLE: auditTable.name, FAILURES_BUCKET: failures.name },
  permissions: [
    { actions: ["dynamodb:PartiQLInsert", "dynamodb:BatchGetItem"], resources: [auditTable.arn] },
    { actions: ["s3:PutObject"], resources: [$interpolate`${failures.arn}/*`] },
    // Lambda asks for the listing too before it writes a discarded batch to the bucket.
    { actions: ["s3:ListBucket"], resources: [failures.arn] },
    // What Lambda's pollers do in the function's name.
    {
      actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
      resources: [ordersTable.nodes.table.streamArn],
    },
  ],
});

/** Every change of an order, on its way to `change-audit`. */
export const orderChanges = ordersTable.subscribe("ChangeAudit", changeAudit.arn, {
  transform: {
    eventSourceMapping: {
      // From the oldest record there is: a change made while the mapping was being created is not left out.
      startingPosition: "TRIM_HORIZON",
      batchSize: 100,
      // Four lanes a shard, order kept for each order id: a batch that is being retried holds up a quarter of the shard.
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
