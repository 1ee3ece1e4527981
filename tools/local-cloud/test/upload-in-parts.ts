import { createHash } from "node:crypto";
import * as sdk from "@aws-sdk/client-s3";
import { BUCKET } from "./s3-fixture.ts";

/** In bytes. */
export const MB = 1024 * 1024;
export const PART_BYTES = 8 * MB;

/** Bytes of a part that are those of no other. */
export const part = (number: number, bytes = PART_BYTES): Buffer => Buffer.alloc(bytes, `part ${number} `);

/** Uploads parts, four at a time, and puts them together. */
export async function upload(client: sdk.S3Client, Key: string, sizes: readonly number[]) {
  const where = { Bucket: BUCKET, Key };
  const created = await client.send(
    new sdk.CreateMultipartUploadCommand({ ...where, ContentType: "text/csv", Metadata: { from: "test" } }),
  );
  const { UploadId } = created;
  const Parts: sdk.CompletedPart[] = [];
  const left = sizes.map((bytes, index) => ({ bytes, PartNumber: index + 1 }));
  const uploadNext = async (): Promise<void> => {
    const next = left.shift();
    if (next === undefined) return;
    const { bytes, PartNumber } = next;
    const Body = part(PartNumber, bytes);
    const { ETag } = await client.send(new sdk.UploadPartCommand({ ...where, UploadId, PartNumber, Body }));
    Parts.push({ ETag, PartNumber });
    return uploadNext();
  };
  await Promise.all([uploadNext(), uploadNext(), uploadNext(), uploadNext()]);
  const MultipartUpload = { Parts: Parts.toSorted((a, b) => Number(a.PartNumber) - Number(b.PartNumber)) };
  return client.send(new sdk.CompleteMultipartUploadCommand({ ...where, UploadId, MultipartUpload }));
}

async function md5Of(body: AsyncIterable<Uint8Array>): Promise<{ md5: string; bytes: number }> {
  const hash = createHash("md5");
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { md5: hash.digest("hex"), bytes };
}

const isBytes = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === "object" && body !== null && Symbol.asyncIterator in body;
export const read = (body: unknown) => {
  if (!isBytes(body)) throw new Error("The answer has no body.");
  return md5Of(body);
};
