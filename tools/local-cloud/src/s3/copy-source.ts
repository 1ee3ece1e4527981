import type { IncomingHttpHeaders } from "node:http";
import { invalidArgument } from "./s3-error.ts";
import { checkVersionId } from "./version-id.ts";

/** The object that a copy is made of, with the version away from the header, since fauxqs would take it as part of the key. */
export function readCopySource(
  headers: IncomingHttpHeaders,
): { readonly bucket: string; readonly key: string } | undefined {
  const header = headers["x-amz-copy-source"]?.toString();
  if (header === undefined) return undefined;
  const [path = "", versionId] = header.split("?versionId=", 2);
  checkVersionId(versionId ?? null);
  headers["x-amz-copy-source"] = path;
  try {
    const [, bucket = "", key = ""] = /^\/?([^/]+)\/(.+)$/s.exec(decodeURIComponent(path)) ?? [];
    return { bucket, key };
  } catch {
    throw invalidArgument("Invalid copy source encoding");
  }
}
