import type { IncomingHttpHeaders } from "node:http";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import { S3Error, invalidArgument, notImplemented } from "./s3-error.ts";

/** `x-amz-…` headers that are served, without that prefix, and the values that are; no value here means any. */
const SERVED: readonly (readonly [name: RegExp, value?: RegExp])[] = [
  // Of the signature, the transport and the client.
  [/^(algorithm|credential|date|expires|signature|signedheaders|content-sha256|security-token|user-agent|te)$/],
  [/^(decoded-content-length|trailer|sdk-.*|request-payer|optional-object-attributes)$/],
  // Honoured, or checked below.
  [
    /^(meta-.+|copy-source|copy-source-range|copy-source-if-.*|tagging|object-attributes|max-parts|part-number-marker)$/,
  ],
  [/^(metadata-directive|tagging-directive)$/, /^(COPY|REPLACE)$/],
  [/^(expected-bucket-owner|source-expected-bucket-owner)$/],
  // Kept with the object where fauxqs knows the algorithm.
  [/^checksum-(mode|algorithm|crc32|crc32c|crc64nvme|sha1|sha256)$/],
  [/^checksum-type$/, /^COMPOSITE$/],
  // Values that say what holds anyway.
  [/^storage-class$/, /^STANDARD$/],
  [/^acl$/, /^(private|bucket-owner-full-control)$/],
  [/^server-side-encryption$/, /^AES256$/],
  [/^object-ownership$/, /^BucketOwnerEnforced$/],
  [/^bucket-object-lock-enabled$/, /^false$/i],
];

/**
 * Refuses a request with a header that asks for what the local cloud does not do, instead of passing over it.
 * @throws S3Error
 */
export function checkHeaders(headers: IncomingHttpHeaders): void {
  for (const [header, given] of Object.entries(headers)) {
    const value = String(given);
    if (header === "expires") throw notImplemented("The header Expires");
    if (!header.startsWith("x-amz-")) continue;
    const name = header.slice("x-amz-".length);
    const rule = SERVED.find(([served]) => served.test(name));
    if (rule === undefined) throw notImplemented(`The header ${header}`);
    if (rule[1]?.test(value) === false) throw notImplemented(`${value} as the header ${header}`);
    if (name.endsWith("expected-bucket-owner") && value !== LOCAL_ACCOUNT)
      throw new S3Error(403, "AccessDenied", `The bucket belongs to the account ${LOCAL_ACCOUNT}, not to ${value}`);
  }
  if (headers["x-amz-tagging"] === undefined || headers["x-amz-copy-source"] === undefined) return;
  if (headers["x-amz-tagging-directive"] !== "REPLACE")
    throw invalidArgument("x-amz-tagging on a copy needs the header x-amz-tagging-directive: REPLACE");
}
