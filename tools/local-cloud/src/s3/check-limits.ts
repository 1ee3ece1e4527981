import type { Operation, S3Request } from "./operations.ts";
import { S3Error, invalidArgument } from "./s3-error.ts";

/** AWS: "Creating object key names", and "Amazon S3 multipart upload limits". */
const LONGEST_KEY_BYTES = 1_024;
const MOST_PARTS = 10_000;
/** AWS: "Working with object metadata". */
const MOST_METADATA_BYTES = 2_048;

/** AWS: "General purpose bucket naming rules". */
const BUCKET_NAME = /^[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]$/;
const RESERVED_NAME = /^(xn--|sthree-|amzn-s3-demo-|\d+\.\d+\.\d+\.\d+$)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

const ATTRIBUTES = new Set(["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]);
const COPY_CHANGES = ["x-amz-tagging-directive", "x-amz-server-side-encryption", "x-amz-storage-class"];

/**
 * Refuses a request whose names, numbers or sizes S3 does not take.
 * @throws S3Error
 */
export function checkLimits({ name }: Operation, request: S3Request): void {
  const { bucket, key, query, headers } = request;
  if (name === "CreateBucket" && (!BUCKET_NAME.test(bucket) || RESERVED_NAME.test(bucket)))
    throw new S3Error(400, "InvalidBucketName", "The specified bucket is not valid.");
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) throw new S3Error(400, "KeyTooLongError", "Your key is too long");
  checkPartNumber(query);
  checkListing(query);
  checkMetadata(request);
  if (name === "CopyObject") checkCopyOntoItself(request);
  const asked = headers["x-amz-object-attributes"]?.toString() ?? "";
  if (asked !== "" && !asked.split(",").every((each) => ATTRIBUTES.has(each.trim())))
    throw invalidArgument("Invalid attribute name specified.");
}

function checkPartNumber(query: URLSearchParams): void {
  const part = query.get("partNumber");
  if (part !== null && !isWhole(part, 1, MOST_PARTS))
    throw invalidArgument(`Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`);
}

function checkListing(query: URLSearchParams): void {
  const most = query.get("max-keys");
  if (most !== null && !isWhole(most, 0, 2_147_483_647))
    throw invalidArgument("Argument maxKeys must be an integer between 0 and 2147483647");
  const token = query.get("continuation-token");
  if (token === null) return;
  const isToken = token !== "" && Buffer.from(token, "base64").toString("base64") === token;
  if (!isToken) throw invalidArgument("The continuation token provided is incorrect");
}

function checkMetadata({ headers }: S3Request): void {
  const bytes = Object.entries(headers)
    .filter(([header]) => header.startsWith("x-amz-meta-"))
    .reduce((sum, [header, value]) => sum + header.length - "x-amz-meta-".length + Buffer.byteLength(String(value)), 0);
  if (bytes > MOST_METADATA_BYTES)
    throw new S3Error(400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
}

/** AWS: CopyObject: a copy onto itself must change something. */
function checkCopyOntoItself({ bucket, key, headers }: S3Request): void {
  const source = headers["x-amz-copy-source"]?.toString().replace(/^\//, "");
  if (source !== `${bucket}/${encodeURIComponent(key)}` && source !== `${bucket}/${key}`) return;
  if (headers["x-amz-metadata-directive"] === "REPLACE" || COPY_CHANGES.some((header) => headers[header] !== undefined))
    return;
  throw new S3Error(
    400,
    "InvalidRequest",
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

function isWhole(text: string, lowest: number, highest: number): boolean {
  return /^\d+$/.test(text) && Number(text) >= lowest && Number(text) <= highest;
}
