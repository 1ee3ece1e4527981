import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { objectHandler } from "@doorbell/batch/object-handler";
import { parseS3Event } from "@doorbell/aws-events/s3";
import { dynamoStore } from "@doorbell/idempotency/dynamo-store";
import { createLease } from "@doorbell/idempotency/lease";
import { PERSONAL_DATA_PATHS } from "@doorbell/event-contracts/personal-data";
import { createLogger } from "@doorbell/logger/logger";
import { dynamoReceipts } from "./records/dynamo-receipts.ts";
import { env, environment } from "./env.ts";
import { metrics } from "./metrics.ts";
import { ingestUpload } from "./ingest-upload.ts";
import { DEADLINE_MARGIN_MS, LEASE_MS, LEASE_TTL_SECONDS } from "./limits.ts";
import { s3ObjectSource } from "./stored-object/s3-object-source.ts";
import { s3Rejects } from "./records/s3-rejects.ts";
import { sqsOrdersOutlet } from "./sending/sqs-orders-outlet.ts";

// Without a limit, a call that is never answered would take the time in which the checkpoint is to be saved.
const requestHandler = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
const dynamodb = new DynamoDBClient({ requestHandler });
const sqs = new SQSClient({ requestHandler });
const s3 = new S3Client({ forcePathStyle: true });
const store = dynamoStore(dynamodb);

/** Answers the uploads bucket: every uploaded file becomes order events, rejects and a receipt. */
export const handler = objectHandler({
  parse: parseS3Event,
  log: createLogger({ service: "upload-ingest", environment, metrics, redact: PERSONAL_DATA_PATHS }),
  deadlineMarginMs: DEADLINE_MARGIN_MS,
  happenedAt: ({ eventTime }) => Date.parse(eventTime),
  handle: ingestUpload({
    bucket: env.UPLOADS_BUCKET,
    objects: s3ObjectSource(s3),
    outlet: sqsOrdersOutlet(sqs, env.ORDERS_QUEUE_URL),
    rejects: s3Rejects(s3, env.REJECTS_BUCKET),
    receipts: dynamoReceipts(DynamoDBDocumentClient.from(dynamodb), env.UPLOADS_TABLE),
    lease: createLease({ store, table: env.IDEMPOTENCY_TABLE, leaseMs: LEASE_MS, ttlSeconds: LEASE_TTL_SECONDS }),
  }),
});
