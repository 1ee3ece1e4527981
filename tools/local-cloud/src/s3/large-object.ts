import type { Readable } from "node:stream";
import type { FiledS3Store } from "../emulators/filed-s3-store.ts";
import type { FiledBytes } from "../emulators/object-files.ts";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import { readCopySource } from "./copy-source.ts";
import type { S3Request } from "./operations.ts";
import { S3Error, invalidArgument, tooLarge } from "./s3-error.ts";

/** An answer whose body is read while it is sent. */
interface StreamedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * GetObject of a large object: whole, a range, or a part.
 * @throws S3Error 416
 */
export function getLargeObject(request: S3Request, filed: FiledBytes, store: FiledS3Store): StreamedAnswer {
  const { bucket, key, headers } = request;
  const object = store.headObject(bucket, key);
  const total = object.contentLength;
  const span = partSpan(request, object.parts) ?? rangeSpan(headers.range, total);
  const { start, end } = span ?? { start: 0, end: total - 1 };
  const isChecksumAsked = headers["x-amz-checksum-mode"]?.toString().toUpperCase() === "ENABLED";
  const { checksumAlgorithm, checksumValue, checksumType = "FULL_OBJECT" } = object;
  return {
    status: span === undefined ? 200 : 206,
    headers: {
      "content-length": String(end - start + 1),
      etag: object.etag,
      "last-modified": object.lastModified.toUTCString(),
      "accept-ranges": "bytes",
      ...Object.fromEntries(Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
      ...(object.contentLanguage !== undefined && { "content-language": object.contentLanguage }),
      ...(object.contentDisposition !== undefined && { "content-disposition": object.contentDisposition }),
      ...(object.cacheControl !== undefined && { "cache-control": object.cacheControl }),
      ...(object.contentEncoding !== undefined && { "content-encoding": object.contentEncoding }),
      ...(span !== undefined && { "content-range": `bytes ${start}-${end}/${total}` }),
      ...(request.query.has("partNumber") &&
        object.parts !== undefined && { "x-amz-mp-parts-count": String(object.parts.length) }),
      ...(span === undefined &&
        isChecksumAsked &&
        checksumAlgorithm !== undefined &&
        checksumValue !== undefined && {
          [`x-amz-checksum-${checksumAlgorithm.toLowerCase()}`]: checksumValue,
          "x-amz-checksum-type": checksumType,
        }),
    },
    body: store.read(filed, start, end),
  };
}

function partSpan(
  { query }: S3Request,
  parts: readonly { readonly partNumber: number; readonly offset: number; readonly length: number }[] | undefined,
): Span | undefined {
  const number = query.get("partNumber");
  // An object that was put whole is its only part, and S3 says nothing of it.
  if (number === null || parts === undefined) return undefined;
  const part = parts.find(({ partNumber }) => partNumber === Number(number));
  if (part === undefined) throw new S3Error(416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
  return { start: part.offset, end: part.offset + part.length - 1 };
}

/** What a range header asks for; nothing where it is not one range of bytes, which S3 passes over. */
function rangeSpan(header: string | undefined, total: number): Span | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first !== "" && last !== "" && Number(first) > Number(last)) return undefined;
  const start = first === "" ? Math.max(0, total - Number(last)) : Number(first);
  const end = first === "" || last === "" ? total - 1 : Math.min(Number(last), total - 1);
  if (start > end) throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");
  return { start, end };
}

/**
 * UploadPartCopy from a large object: the bytes for the part.
 * @throws S3Error where the range is none of the object, or the part would be larger than one that is uploaded may be
 */
export async function readCopiedPart({ headers }: S3Request, filed: FiledBytes, store: FiledS3Store): Promise<Buffer> {
  const source = readCopySource(headers);
  if (source === undefined) throw invalidArgument("Invalid copy source");
  const total = store.headObject(source.bucket, source.key).contentLength;
  const range = headers["x-amz-copy-source-range"]?.toString();
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? `bytes=0-${total - 1}`) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (!(start <= end && end < total))
    throw invalidArgument(`Range specified is not valid for source object of size: ${total}`);
  if (end - start + 1 > BODY_LIMITS.objectBytes) throw tooLarge(BODY_LIMITS.objectBytes);
  const chunks: Buffer[] = [];
  for await (const chunk of store.read(filed, start, end)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The answer to UploadPartCopy. */
export function copyPartDocument(etag: string): string {
  const modified = new Date().toISOString();
  return `<?xml version="1.0" encoding="UTF-8"?>\n<CopyPartResult><ETag>${etag}</ETag><LastModified>${modified}</LastModified></CopyPartResult>`;
}
