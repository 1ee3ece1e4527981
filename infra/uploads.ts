import { leasePermissions } from "@doorbell/idempotency/permissions";
import { alarm } from "./alarm.ts";
import { bucketService } from "./bucket-service.ts";
import { privateBucket } from "./bucket.ts";
import { idempotencyTable } from "./idempotency.ts";
import { logMetric } from "./log-metric.ts";
import { countedBy } from "./metrics.ts";
import { orders } from "./orders.ts";
import { logsOf } from "./service.ts";
import { settingsOf } from "./stage.ts";
import { failureQueue } from "./work-queue.ts";

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
export const uploadFailures = failureQueue("UploadFailures");

// A thousand files at once must not take the account's concurrency from the services behind.
const { uploadConcurrency } = settingsOf($app.stage);

/**
 * Turns a file into order events. The longest timeout there is, since a file may hold 20 GB and a retry goes on from the
 * last checkpoint; 1,769 MB is one whole virtual processor, which parsing can use and memory (under 192 MB) does not need.
 */
export const uploadIngest = bucketService("upload-ingest", {
  description: "Reads an uploaded file, sends its orders, keeps its rejects",
  bucket: uploads,
  failures: uploadFailures,
  timeout: "15 minutes",
  memory: "1769 MB",
  ...(uploadConcurrency !== undefined && { reservedConcurrency: uploadConcurrency }),
  tables: [uploadsTable, idempotencyTable],
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
    ...leasePermissions(idempotencyTable.arn),
    { actions: ["sqs:SendMessage"], resources: [orders.arn] },
  ],
});

// What a partner has to know: the pipeline is well, the file is not.
alarm("upload-ingest", "lines-rejected", {
  says: "A partner's file has lines that were refused. They are in the rejects bucket, with their reasons, for 90 days.",
  metric: countedBy("upload-ingest", "RejectedLines"),
  statistic: "Sum",
  atLeast: 1,
  minutes: 5,
});
alarm("upload-ingest", "uploads-refused", {
  says: "A partner's file was not taken, or not to its end.",
  metric: logMetric("RefusedUploads", logsOf(uploadIngest), {
    // UPLOAD_NOT_TAKEN_PATTERN of apps/upload-ingest/src/log-events.ts, beside what writes the line; a test holds them equal.
    pattern: '{ $.event = "upload.handled" && ($.status = "refused" || $.status = "incomplete") }',
  }),
  statistic: "Sum",
  atLeast: 1,
  minutes: 5,
});

export const names = {
  UPLOADS_BUCKET: uploads.name,
  REJECTS_BUCKET: rejects.name,
  UPLOAD_FAILURES_QUEUE_URL: uploadFailures.url,
  UPLOADS_TABLE: uploadsTable.name,
};
