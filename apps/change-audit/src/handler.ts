import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { parkInBucket } from "@doorbell/batch/s3-parking";
import { streamHandler } from "@doorbell/batch/stream-handler";
import { parseStreamEvent } from "@doorbell/aws-events/dynamodb-stream";
import { dynamoItemStore } from "@doorbell/idempotency/dynamo-store";
import { PERSONAL_DATA_PATHS } from "@doorbell/event-contracts/personal-data";
import { createLogger } from "@doorbell/logger/logger";
import { imageText } from "@doorbell/audit-trail/attribute-text";
import { env, environment } from "./env.ts";
import { metrics } from "./metrics.ts";
import { inlineAuditTrail } from "./inline-audit-trail.ts";
import { recordChanges } from "./record-changes.ts";

const service = "change-audit";
const dynamodb = new DynamoDBClient();
// The SDK's own logger walks through every item of a call though nobody listens.
dynamodb.middlewareStack.remove("loggerMiddleware");
const trail = inlineAuditTrail({ store: dynamoItemStore(dynamodb), table: env.AUDIT_TABLE });

/** Answers the stream of the orders table: every change becomes one entry of the audit trail. */
export const handler = streamHandler({
  parse: parseStreamEvent,
  log: createLogger({ service, environment, metrics, redact: PERSONAL_DATA_PATHS }),
  park: parkInBucket({ client: new S3Client({ forcePathStyle: true }), bucket: env.FAILURES_BUCKET, service }),
  keyOf: (change) => imageText(change.keys),
  happenedAt: ({ createdAt }) => (createdAt === undefined ? undefined : createdAt * 1_000),
  handleBatch: recordChanges({ trail, ordersTable: env.ORDERS_TABLE }),
});
