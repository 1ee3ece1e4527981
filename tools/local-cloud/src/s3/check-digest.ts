import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { crc32 } from "node:zlib";
import { S3Error } from "./s3-error.ts";

const hashed = (algorithm: string) => (body: Buffer) => createHash(algorithm).update(body).digest();

/** What can be computed of a body here; CRC32C and CRC64NVME are kept unseen. */
const CHECKSUMS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  "x-amz-checksum-crc32": (body) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    return bytes;
  },
  "x-amz-checksum-sha1": hashed("sha1"),
  "x-amz-checksum-sha256": hashed("sha256"),
};

/**
 * Refuses a body that is not what its headers say (AWS: "Checking object integrity"). What an SDK sends in a trailer is not looked at.
 * @throws S3Error
 */
export function checkDigest(headers: IncomingHttpHeaders, body: Buffer): void {
  // In chunks of AWS the body is not the object yet.
  if (headers["content-encoding"]?.includes("aws-chunked")) return;
  if (headers["x-amz-content-sha256"]?.toString().startsWith("STREAMING-")) return;
  const md5 = headers["content-md5"]?.toString();
  if (md5 !== undefined) {
    const given = decoded(md5, 16);
    if (given === undefined) throw new S3Error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
    if (!given.equals(hashed("md5")(body)))
      throw new S3Error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  for (const [header, compute] of Object.entries(CHECKSUMS)) {
    const value = headers[header]?.toString();
    if (value === undefined) continue;
    const computed = compute(body);
    const given = decoded(value, computed.length);
    if (given === undefined) throw new S3Error(400, "InvalidRequest", `Value for ${header} header is invalid.`);
    if (!given.equals(computed)) {
      const algorithm = header.slice("x-amz-checksum-".length).toUpperCase();
      throw new S3Error(400, "BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
    }
  }
}

function decoded(base64: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(base64, "base64");
  return bytes.length === length && bytes.toString("base64") === base64 ? bytes : undefined;
}
