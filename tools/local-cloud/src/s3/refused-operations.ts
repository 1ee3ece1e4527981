import type { S3Request } from "./operations.ts";

/** What of a bucket a query parameter names, as in `Get…`, `Put…` and `Delete…` (AWS: S3 API reference, "Actions"). */
const OF_BUCKET: Readonly<Record<string, string>> = {
  abac: "BucketAbac",
  accelerate: "BucketAccelerateConfiguration",
  acl: "BucketAcl",
  analytics: "BucketAnalyticsConfiguration",
  cors: "BucketCors",
  encryption: "BucketEncryption",
  "intelligent-tiering": "BucketIntelligentTieringConfiguration",
  inventory: "BucketInventoryConfiguration",
  lifecycle: "BucketLifecycleConfiguration",
  location: "BucketLocation",
  logging: "BucketLogging",
  metadataConfiguration: "BucketMetadataConfiguration",
  metadataTable: "BucketMetadataTableConfiguration",
  metrics: "BucketMetricsConfiguration",
  notification: "BucketNotificationConfiguration",
  "object-lock": "ObjectLockConfiguration",
  ownershipControls: "BucketOwnershipControls",
  policy: "BucketPolicy",
  policyStatus: "BucketPolicyStatus",
  publicAccessBlock: "PublicAccessBlock",
  replication: "BucketReplication",
  requestPayment: "BucketRequestPayment",
  tagging: "BucketTagging",
  versioning: "BucketVersioning",
  website: "BucketWebsite",
};

const OF_OBJECT: Readonly<Record<string, string>> = {
  acl: "ObjectAcl",
  annotation: "ObjectAnnotation",
  attributes: "ObjectAttributes",
  "legal-hold": "ObjectLegalHold",
  retention: "ObjectRetention",
  tagging: "ObjectTagging",
  torrent: "ObjectTorrent",
};

/** Names that follow no rule, by method, level and query parameter. */
const NAMED: Readonly<Record<string, string>> = {
  "GET bucket session": "CreateSession",
  "GET bucket uploads": "ListMultipartUploads",
  "GET bucket versions": "ListObjectVersions",
  "GET bucket list-type": "ListObjectsV2",
  "GET object uploadId": "ListParts",
  "POST bucket delete": "DeleteObjects",
  "POST bucket metadataConfiguration": "CreateBucketMetadataConfiguration",
  "POST bucket metadataTable": "CreateBucketMetadataTableConfiguration",
  "PUT bucket metadataAnnotationTable": "UpdateBucketMetadataAnnotationTableConfiguration",
  "PUT bucket metadataInventoryTable": "UpdateBucketMetadataInventoryTableConfiguration",
  "PUT bucket metadataJournalTable": "UpdateBucketMetadataJournalTableConfiguration",
  "DELETE bucket lifecycle": "DeleteBucketLifecycle",
  "POST object restore": "RestoreObject",
  "POST object select": "SelectObjectContent",
  "POST object uploads": "CreateMultipartUpload",
  "POST object uploadId": "CompleteMultipartUpload",
  "PUT object encryption": "UpdateObjectEncryption",
  "PUT object renameObject": "RenameObject",
  "PUT object uploadId": "UploadPart",
  "DELETE object uploadId": "AbortMultipartUpload",
};

/** Without a parameter that names something of its own. */
const PLAIN: Readonly<Record<string, string>> = {
  "GET service": "ListBuckets",
  "GET bucket": "ListObjects",
  "PUT bucket": "CreateBucket",
  "POST bucket": "PostObject",
  "DELETE bucket": "DeleteBucket",
  "HEAD bucket": "HeadBucket",
  "GET object": "GetObject",
  "PUT object": "PutObject",
  "DELETE object": "DeleteObject",
  "HEAD object": "HeadObject",
};

/** Of what there may be many, and the parameter without which they are listed. */
const MANY: Readonly<Record<string, string>> = {
  analytics: "id",
  annotation: "annotationName",
  "intelligent-tiering": "id",
  inventory: "id",
  metrics: "id",
};
const OF_LEVEL = { service: "the service", bucket: "a bucket", object: "an object" };
const VERBS: Readonly<Record<string, string>> = { GET: "Get", PUT: "Put", DELETE: "Delete" };

/**
 * What a request that is not served asks for, in S3's words: the operation, and the query parameter where that alone is not
 * served or not known.
 */
export function refusedName({ method, level, query }: S3Request): string {
  const resources = level === "object" ? OF_OBJECT : level === "bucket" ? OF_BUCKET : {};
  for (const parameter of query.keys()) {
    const named = NAMED[`${method} ${level} ${parameter}`];
    if (named !== undefined) return named;
    const resource = resources[parameter];
    const verb = VERBS[method];
    if (resource === undefined || verb === undefined) continue;
    const id = MANY[parameter];
    return method === "GET" && id !== undefined && !query.has(id) ? `List${resource}s` : `${verb}${resource}`;
  }
  const plain = PLAIN[`${method} ${level}`] ?? `${method} of ${OF_LEVEL[level]}`;
  const parameters = [...query.keys()].filter((name) => name !== "x-id" && !/^x-amz-/i.test(name));
  return parameters.length === 0 ? plain : `${plain} with the query ${parameters.join("&")}`;
}
