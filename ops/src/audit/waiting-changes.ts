import { GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { auditEntryOf } from "@doorbell/audit-trail/audit-entry";
import { auditedOrders } from "@doorbell/change-audit/audited-orders";
import { parseJson } from "@doorbell/cli/parse-json";
import { parseStreamEvent } from "@doorbell/aws-events/dynamodb-stream";

/** Objects that are read at most; more than these are a disaster of another kind. */
export const MAX_WAITING_OBJECTS = 10_000;
const CONCURRENCY = 16;

/**
 * The changes among the wanted ones (`changeKey`) that wait in the failures bucket: batches that Lambda gave up, under
 * `aws/lambda/`, and changes that `change-audit` parked, under `rejected/`. Sent back, they fill their gaps. What cannot be
 * read there is passed over. Needs `s3:ListBucket` and `s3:GetObject`.
 */
export async function waitingChanges(
  s3: S3Client,
  bucket: string,
  wanted: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let left = MAX_WAITING_OBJECTS;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])).slice(0, left);
    left -= keys.length;
    for (let from = 0; from < keys.length; from += CONCURRENCY) {
      const objects = keys.slice(from, from + CONCURRENCY);
      const changes = await Promise.all(objects.map((key) => changesIn(s3, bucket, key)));
      for (const change of changes.flat()) if (wanted.has(change)) found.add(change);
    }
    if (left === 0) break;
  }
  return found;
}

/** Names a change among all changes of all orders. */
export function changeKey(orderKey: string, version: number): string {
  return `${version} ${orderKey}`;
}

async function changesIn(s3: S3Client, bucket: string, key: string): Promise<string[]> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const event = streamEventIn(parseJson((await Body?.transformToString("utf8")) ?? ""));
  const parsed = parseStreamEvent(event);
  if (!parsed.ok) return [];
  return parsed.records.flatMap((record) => {
    const audited = record.ok ? auditEntryOf(record.value, auditedOrders) : undefined;
    return audited?.ok === true ? [changeKey(audited.entry.orderKey, audited.entry.version)] : [];
  });
}

/** The stream event in an object: Lambda escapes it in `payload`, the service parks one record in `record`. */
function streamEventIn(object: unknown): unknown {
  if (typeof object !== "object" || object === null) return undefined;
  if ("payload" in object && typeof object.payload === "string") return parseJson(object.payload);
  return "record" in object ? { Records: [object.record] } : undefined;
}
