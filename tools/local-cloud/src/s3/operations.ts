import type { IncomingHttpHeaders } from "node:http";

export type Level = "service" | "bucket" | "object";

/** A request to S3, taken apart. */
export interface S3Request {
  readonly method: string;
  readonly level: Level;
  /** Empty for the service. */
  readonly bucket: string;
  /** Decoded; empty for a bucket or the service. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** An operation that the local cloud serves, and how its requests are told from others. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly level: Level;
  /** Query parameters that make the operation, such as `tagging` or, with its value, `list-type=2`. */
  readonly needs?: readonly string[];
  /** Query parameters that it honours, or with their values those values alone. A name may end with `*`. */
  readonly takes?: readonly string[];
  /** A header that makes the operation, and what its value begins with. */
  readonly header?: readonly [name: string, value: string];
  /** The body is an object's bytes; without this it is a document or nothing. */
  readonly bytes?: true;
}

const VERSIONED = ["versionId"];
const LISTED = ["prefix", "delimiter", "max-keys", "encoding-type=url"];
const READ = [...VERSIONED, "response-*"];
const COPY_SOURCE = ["x-amz-copy-source", ""] as const;
const FORM = ["content-type", "multipart/form-data"] as const;

/** Every operation that is served. What is not here is refused with its name: fauxqs would take it for another operation. */
export const OPERATIONS: readonly Operation[] = [
  { name: "ListBuckets", method: "GET", level: "service" },

  { name: "CreateBucket", method: "PUT", level: "bucket" },
  { name: "HeadBucket", method: "HEAD", level: "bucket" },
  { name: "DeleteBucket", method: "DELETE", level: "bucket" },
  { name: "ListObjects", method: "GET", level: "bucket", takes: [...LISTED, "marker"] },
  {
    name: "ListObjectsV2",
    method: "GET",
    level: "bucket",
    needs: ["list-type=2"],
    takes: [...LISTED, "start-after", "continuation-token", "fetch-owner=false"],
  },
  { name: "GetBucketLocation", method: "GET", level: "bucket", needs: ["location"] },
  { name: "GetBucketVersioning", method: "GET", level: "bucket", needs: ["versioning"] },
  { name: "DeleteObjects", method: "POST", level: "bucket", needs: ["delete"] },
  { name: "PostObject", method: "POST", level: "bucket", header: FORM, bytes: true },

  { name: "PutObject", method: "PUT", level: "object", bytes: true },
  { name: "CopyObject", method: "PUT", level: "object", header: COPY_SOURCE },
  { name: "UploadPart", method: "PUT", level: "object", needs: ["partNumber", "uploadId"], bytes: true },
  { name: "UploadPartCopy", method: "PUT", level: "object", needs: ["partNumber", "uploadId"], header: COPY_SOURCE },
  { name: "CreateMultipartUpload", method: "POST", level: "object", needs: ["uploads"] },
  { name: "CompleteMultipartUpload", method: "POST", level: "object", needs: ["uploadId"] },
  { name: "AbortMultipartUpload", method: "DELETE", level: "object", needs: ["uploadId"] },
  { name: "GetObject", method: "GET", level: "object", takes: [...READ, "partNumber"] },
  { name: "HeadObject", method: "HEAD", level: "object", takes: READ },
  { name: "GetObjectAttributes", method: "GET", level: "object", needs: ["attributes"], takes: VERSIONED },
  { name: "DeleteObject", method: "DELETE", level: "object", takes: VERSIONED },
  { name: "PutObjectTagging", method: "PUT", level: "object", needs: ["tagging"], takes: VERSIONED },
  { name: "GetObjectTagging", method: "GET", level: "object", needs: ["tagging"], takes: VERSIONED },
  { name: "DeleteObjectTagging", method: "DELETE", level: "object", needs: ["tagging"], takes: VERSIONED },
];

/** What every request may carry: the SDK's name of the operation, and signatures of presigned URLs (AWS: query-string auth). */
const ANYWHERE = ["x-id", "AWSAccessKeyId", "Signature", "Expires"];
/** Header names in a presigned URL count as headers. */
const isHeaderName = (name: string) => name.toLowerCase().startsWith("x-amz-");

/**
 * Takes a request apart, or returns nothing for `POST /`, which is no request to S3. Headers that a presigned URL carries in its
 * query are put among the headers, as S3 reads them; a checksum there is one of an empty body that SDKs add, and is left out.
 */
export function readS3Request(request: {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}): S3Request | undefined {
  const { method = "GET", url = "/", headers } = request;
  const [path = "/", queryText = ""] = url.split(/\?(.*)/s, 2);
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  if (method === "POST" && bucket === "") return undefined;
  const query = new URLSearchParams(queryText);
  for (const [name, value] of query) {
    const header = name.toLowerCase();
    if (isHeaderName(name) && !header.includes("checksum")) headers[header] ??= value;
  }
  const level = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  return { method, level, bucket, key: decode(key), query, headers };
}

/** The operation that a request asks for, where it is served and everything in its query is honoured. */
export function operationOf(request: S3Request): Operation | undefined {
  const names = [...request.query.keys()].filter((name) => !ANYWHERE.includes(name) && !isHeaderName(name));
  const has = (parameter: string) => {
    const [name = "", value] = parameter.split("=");
    return value === undefined ? request.query.has(name) : request.query.get(name) === value;
  };
  const covers = (parameter: string, name: string) => {
    const known = parameter.split("=")[0] ?? "";
    return (
      (known.endsWith("*") ? name.startsWith(known.slice(0, -1)) : name === known) &&
      (known.endsWith("*") || has(parameter))
    );
  };
  const candidates = OPERATIONS.filter(
    ({ method, level, header, needs = [], takes = [] }) =>
      method === request.method &&
      level === request.level &&
      (header === undefined || request.headers[header[0]]?.toString().toLowerCase().startsWith(header[1])) &&
      needs.every(has) &&
      names.every((name) => [...needs, ...takes].some((parameter) => covers(parameter, name))),
  );
  // The most particular one: a copy is also a PUT.
  return candidates.find(({ header }) => header !== undefined) ?? candidates[0];
}

/** A key that is not decodable is left as it is; the object store refuses it. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
