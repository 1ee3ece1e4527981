import { privateBucket } from "./bucket.ts";
import { idempotencyTable } from "./idempotency.ts";
import { orders } from "./orders.ts";
import { service } from "./service.ts";

/** Files of the partners, as they came. Versions are kept, so a file that was overwritten can still be read again. */
export const uploads = privateBucket("Uploads");

/** Refused lines with their line numbers and reasons. Apart from the uploads, so that writing one triggers nothing. */
export const rejects = privateBucket("Rejects", { expireAfterDays: 90 });

/** One receipt an upload: counts, checksum, status, and the checkpoint that a retry starts from. */
export const uploadsTable = new sst.aws.Dynamo("UploadsTable", {
  fields: { id: "string" },
  primaryIndex: { hashKey: "id" },
  deletionProtection: $app.protect,
});

/** S3 events that `upload-ingest` could not handle, whole, for an operator to read and send back. */
export const uploadFailures = new sst.aws.Queue("UploadFailures", {
  transform: { queue: { messageRetentionSeconds: 14 * 24 * 3600, sqsManagedSseEnabled: true } },
});

/**
 * Turns a file into order events. The longest timeout there is, since a file may hold 20 GB and a retry goes on from the
 * last checkpoint; 1,769 MB is one whole virtual processor, which parsing can use and memory (under 192 MB) does not need.
 */
export const uploadIngest = service("UploadIngest", "upload-ingest", {
  description: "Reads an uploaded file, sends its orders, keeps its rejects",
  timeout: "15 minutes",
  memory: "1769 MB",
  environment: {
    UPLOADS_BUCKET: uploads.name,
    REJECTS_BUCKET: rejects.name,
    UPLOADS_TABLE: uploadsTable.name,
    IDEMPOTENCY_TABLE: idempotencyTable.name,
    ORDERS_QUEUE_URL: orders.url,
    // With all this memory Node lets its young generation grow; kept small, a file of any size takes under 192 MB.
    NODE_OPTIONS: "--max-semi-space-size=4",
  },
  permissions: [
    // By version where the event names one; without the listing, S3 answers 403 and not 404 for an object that is gone.
    { actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [$interpolate`${uploads.arn}/*`] },
    { actions: ["s3:ListBucket"], resources: [uploads.arn] },
    { actions: ["s3:PutObject", "s3:AbortMultipartUpload"], resources: [$interpolate`${rejects.arn}/*`] },
    { actions: ["dynamodb:GetItem", "dynamodb:PutItem"], resources: [uploadsTable.arn] },
    {
      actions: ["dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:BatchGetItem"],
      resources: [idempotencyTable.arn],
    },
    { actions: ["sqs:SendMessage"], resources: [orders.arn, uploadFailures.arn] },
  ],
  // S3 invokes asynchronously: Lambda has acknowledged the event, so it must end somewhere when retries do not help.
  retries: 2,
  transform: {
    eventInvokeConfig: {
      maximumEventAgeInSeconds: 6 * 3600,
      destinationConfig: { onFailure: { destination: uploadFailures.arn } },
    },
  },
});

// A bucket's ARN names no account: whoever took the name after us could invoke the function, so the account is named too.
$transform(aws.lambda.Permission, (args) => {
  args.sourceAccount ??= aws.getCallerIdentityOutput().accountId;
});

uploads.notify({
  notifications: [{ name: "UploadIngest", function: uploadIngest.arn, events: ["s3:ObjectCreated:*"] }],
});
