import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { awsClient } from "@doorbell/aws-client/aws-client";
import { property, type RejectedRecord } from "./read-records.ts";
import { storableReason } from "./reason.ts";
import type { Park } from "./settle.ts";

/** What one object of parked records says. `record` is the record as Lambda delivered it. */
export interface ParkedRecord {
  readonly reason: string;
  readonly service: string;
  readonly record: object;
}

/** All parked records lie under this, so that they are told from what Lambda itself writes into the bucket. */
export const PARKED_PREFIX = "rejected/";

/**
 * Parks rejected stream records in a bucket, each as one JSON object `{ reason, service, record }` under
 * `rejected/<service>/<table>/<sequence number>.json`. `record` is the record as Lambda delivered it, so an event made
 * of it can be handed to the function again; {@link readParkedRecord} reads the object. Parking the same record twice overwrites
 * it. Throws S3's own errors. Calls `PutObject` once. `client` is one with `CALL_LIMITS` by default.
 */
export function parkInBucket(options: {
  readonly client?: S3Client;
  readonly bucket: string;
  readonly service: string;
}): Park {
  const { client = awsClient(S3Client, { forcePathStyle: true }), bucket, service } = options;
  return async (record, reason) => {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `${PARKED_PREFIX}${service}/${tableOf(record)}/${encodeURIComponent(record.id)}.json`,
        ContentType: "application/json",
        Body: JSON.stringify({ reason: storableReason(reason), service, record: record.raw }),
      }),
    );
  };
}

/** What the text of an object says that {@link parkInBucket} wrote; undefined of any other text. */
export function readParkedRecord(text: string): ParkedRecord | undefined {
  const value = parseJson(text);
  const [reason, service, record] = [property(value, "reason"), property(value, "service"), property(value, "record")];
  if (typeof reason !== "string" || typeof service !== "string") return undefined;
  return typeof record === "object" && record !== null ? { reason, service, record } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The table's name out of a stream's ARN, `arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label>`. */
function tableOf(record: RejectedRecord): string {
  const arn = property(record.raw, "eventSourceARN");
  const name = typeof arn === "string" ? /:table\/([\w.-]+)\//.exec(arn)?.[1] : undefined;
  return name ?? "unknown-table";
}
