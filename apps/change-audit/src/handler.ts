import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { imageText } from "@doorbell/audit-trail/attribute-text";
import { awsClient } from "@doorbell/aws-client/aws-client";
import { parkInBucket } from "@doorbell/batch/s3-parking";
import { streamHandler } from "@doorbell/batch/stream-handler";
import { dynamoItemStore } from "@doorbell/idempotency/dynamo-store";
import { PERSONAL_DATA_PATHS } from "@doorbell/event-contracts/personal-data";
import { createLogger } from "@doorbell/logger/logger";
import { sampling } from "@doorbell/logger/sampling";
import { env, environment, logSampleRate } from "./env.ts";
import { metrics } from "./metrics.ts";
import { inlineAuditTrail } from "./inline-audit-trail.ts";
import { recordChanges } from "./record-changes.ts";

const service = "change-audit";
const store = dynamoItemStore(awsClient(DynamoDBClient, {}));
const trail = inlineAuditTrail({ store, table: env.AUDIT_TABLE });

/** Answers the stream of the orders table: every change becomes one entry of the audit trail. */
export const handler = streamHandler({
  log: createLogger({ service, environment, metrics, redact: PERSONAL_DATA_PATHS }),
  park: parkInBucket({ bucket: env.FAILURES_BUCKET, service }),
  keyOf: (change) => imageText(change.keys),
  happenedAt: ({ createdAt }) => (createdAt === undefined ? undefined : createdAt * 1_000),
  handleBatch: recordChanges({ trail, ordersTable: env.ORDERS_TABLE, isSampled: sampling(logSampleRate) }),
});
