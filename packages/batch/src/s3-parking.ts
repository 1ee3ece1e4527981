import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { property, type RejectedRecord } from "./read-records.ts";
import { storableReason } from "./reason.ts";
import type { Park } from "./settle.ts";

/**
 * Parks rejected stream records in a bucket, each as one JSON object `{ reason, service, record }` under
 * `rejected/<service>/<table>/<sequence number>.json`. `record` is the record as Lambda delivered it, so an event made
 * of it can be handed to the function again. Parking the same record twice overwrites it. Throws S3's own errors.
 * Calls `PutObject` once.
 */
export function parkInBucket(options: {
  readonly client: S3Client;
  readonly bucket: string;
  readonly service: string;
}): Park {
  const { client, bucket, service } = options;
  return async (record, reason) => {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `rejected/${service}/${tableOf(record)}/${encodeURIComponent(record.id)}.json`,
        ContentType: "application/json",
        Body: JSON.stringify({ reason: storableReason(reason), service, record: record.raw }),
      }),
    );
  };
}

/** The table's name out of a stream's ARN, `arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label>`. */
function tableOf(record: RejectedRecord): string {
  const arn = property(record.raw, "eventSourceARN");
  const name = typeof arn === "string" ? /:table\/([\w.-]+)\//.exec(arn)?.[1] : undefined;
  return name ?? "unknown-table";
}
