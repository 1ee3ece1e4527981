import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { S3Object, S3Store } from "fauxqs";
import { S3Error } from "../s3/s3-error.ts";
import { totalOf, type FiledBytes } from "./object-files.ts";

export type Upload = Parameters<S3Store["restoreMultipartUpload"]>[0];
type NamedPart = Parameters<S3Store["completeMultipartUpload"]>[1][number];

/** AWS: "Amazon S3 multipart upload limits"; of all parts but the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const NO_PART =
  "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";

const unquoted = (etag: string): string => etag.replaceAll('"', "");

/**
 * The parts that an upload is to be put together from.
 * @throws S3Error (AWS: CompleteMultipartUpload, "Errors")
 */
export function namedParts(
  { uploadId, parts }: Upload,
  named: readonly NamedPart[],
  sizeOf: (number: number) => number,
): FiledBytes {
  const numbers = named.map(({ partNumber }) => partNumber);
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0)))
    throw new S3Error(
      400,
      "InvalidPartOrder",
      "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
    );
  const found = named.map(({ partNumber, etag }) => {
    const part = parts.get(partNumber);
    if (part === undefined || unquoted(part.etag) !== unquoted(etag)) throw new S3Error(400, "InvalidPart", NO_PART);
    return { number: partNumber, bytes: sizeOf(partNumber) };
  });
  if (found.length === 0)
    throw new S3Error(400, "MalformedXML", "The XML that you provided names no part of the upload.");
  if (found.slice(0, -1).some(({ bytes }) => bytes < MIN_PART_BYTES))
    throw new S3Error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
  return { id: uploadId, parts: found };
}

/** The object that an upload becomes, without its bytes. */
export function describeCompleted(upload: Upload, filed: FiledBytes): Omit<S3Object, "body"> {
  const {
    uploadId: _id,
    initiated: _at,
    bucket: _bucket,
    parts: uploaded,
    checksumAlgorithm: algorithm,
    ...kept
  } = upload;
  const found = filed.parts.flatMap(({ number }) => uploaded.get(number) ?? []);
  const digests = found.map(({ etag }) => Buffer.from(unquoted(etag), "hex"));
  const etag = createHash("md5").update(Buffer.concat(digests)).digest("hex");
  const checksums = found.flatMap(({ checksumValue }) => checksumValue ?? []);
  let offset = 0;
  const parts = filed.parts.map(({ number, bytes }) => {
    offset += bytes;
    return { partNumber: number, offset: offset - bytes, length: bytes };
  });
  return {
    ...kept,
    parts,
    contentLength: totalOf(filed),
    etag: `"${etag}-${found.length}"`,
    lastModified: new Date(),
    ...(algorithm !== undefined &&
      checksums.length > 0 && {
        checksumAlgorithm: algorithm,
        checksumValue: compositeChecksum(algorithm, checksums),
        checksumType: "COMPOSITE" as const,
        partChecksums: checksums,
      }),
  };
}

/** A checksum of the checksums of parts (AWS: "Checking object integrity", composite checksums). */
function compositeChecksum(algorithm: NonNullable<Upload["checksumAlgorithm"]>, checksums: readonly string[]): string {
  const bytes = Buffer.concat(checksums.map((checksum) => Buffer.from(checksum, "base64")));
  const ofCrc32 = Buffer.alloc(4);
  if (algorithm === "CRC32") ofCrc32.writeUInt32BE(crc32(bytes));
  const digest = algorithm === "CRC32" ? ofCrc32 : createHash(algorithm.toLowerCase()).update(bytes).digest();
  return `${digest.toString("base64")}-${checksums.length}`;
}
