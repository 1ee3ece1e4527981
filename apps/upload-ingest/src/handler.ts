import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { awsClient } from "@doorbell/aws-client/aws-client";
import { objectHandler } from "@doorbell/batch/object-handler";
import { dynamoLease } from "@doorbell/idempotency/dynamo-lease";
import { PERSONAL_DATA_PATHS } from "@doorbell/event-contracts/personal-data";
import { createLogger } from "@doorbell/logger/logger";
import { dynamoReceipts } from "./records/dynamo-receipts.ts";
import { env, environment } from "./env.ts";
import { metrics, type UploadCount } from "./metrics.ts";
import { ingestUpload } from "./ingest-upload.ts";
import { DEADLINE_MARGIN_MS, LEASE_MS, LEASE_TTL_SECONDS } from "./limits.ts";
import { s3ObjectSource } from "./stored-object/s3-object-source.ts";
import { s3Rejects } from "./records/s3-rejects.ts";
import { sqsOrdersOutlet } from "./sending/sqs-orders-outlet.ts";

const client = awsClient(DynamoDBClient, {});
const s3 = awsClient(S3Client, { forcePathStyle: true });
const sqs = awsClient(SQSClient, {});

/** Answers the uploads bucket: every uploaded file becomes order events, rejects and a receipt. */
export const handler = objectHandler<UploadCount>({
  log: createLogger({ service: "upload-ingest", environment, metrics, redact: PERSONAL_DATA_PATHS }),
  deadlineMarginMs: DEADLINE_MARGIN_MS,
  happenedAt: ({ eventTime }) => Date.parse(eventTime),
  handle: ingestUpload({
    bucket: env.UPLOADS_BUCKET,
    objects: s3ObjectSource(s3),
    outletOf: (partner) => sqsOrdersOutlet(sqs, { queueUrl: env.ORDERS_QUEUE_URL, partner }),
    rejects: s3Rejects(s3, env.REJECTS_BUCKET),
    receipts: dynamoReceipts(DynamoDBDocumentClient.from(client), env.UPLOADS_TABLE),
    lease: dynamoLease({ client, table: env.IDEMPOTENCY_TABLE, leaseMs: LEASE_MS, ttlSeconds: LEASE_TTL_SECONDS }),
  }),
});
