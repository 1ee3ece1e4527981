import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { REJECTS_PART_BYTES } from "../limits.ts";
import type { Rejects, RejectsWriter } from "./rejects.ts";

const CONTENT_TYPE = "application/x-ndjson";

/**
 * Keeps the rejects of an upload as `<upload id>.ndjson` in a bucket, one JSON object a line. Few are put in one call, more go
 * in parts as they come, so no more than a part is ever held. Needs `s3:PutObject` and `s3:AbortMultipartUpload`.
 */
export function s3Rejects(client: S3Client, bucket: string): Rejects {
  return { open: (uploadId) => openWriter(client, { Bucket: bucket, Key: `${uploadId}.ndjson` }) };
}

function openWriter(client: S3Client, target: { readonly Bucket: string; readonly Key: string }): RejectsWriter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let uploadId: string | undefined;
  const parts: { PartNumber: number; ETag: string | undefined }[] = [];

  return {
    async write(rejects) {
      // One buffer for all: a part may hold a hundred thousand lines, each of which would take more as a buffer than as text.
      const lines = Buffer.from(rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(""));
      held.push(lines);
      heldBytes += lines.length;
      if (heldBytes >= REJECTS_PART_BYTES) await putPart();
    },
    async close() {
      if (uploadId === undefined && heldBytes === 0) return undefined;
      if (uploadId === undefined) {
        await client.send(new PutObjectCommand({ ...target, Body: take(), ContentType: CONTENT_TYPE }));
        return target.Key;
      }
      if (heldBytes > 0) await putPart();
      const whole = { ...target, UploadId: uploadId, MultipartUpload: { Parts: parts } };
      await client.send(new CompleteMultipartUploadCommand(whole));
      return target.Key;
    },
    async abandon() {
      take();
      if (uploadId === undefined) return;
      await client.send(new AbortMultipartUploadCommand({ ...target, UploadId: uploadId }));
    },
  };

  async function putPart(): Promise<void> {
    uploadId ??= await beginParts();
    const PartNumber = parts.length + 1;
    const { ETag } = await client.send(
      new UploadPartCommand({ ...target, UploadId: uploadId, PartNumber, Body: take() }),
    );
    parts.push({ PartNumber, ETag });
  }

  async function beginParts(): Promise<string> {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...target, ContentType: CONTENT_TYPE }));
    if (UploadId === undefined) throw new UploadIdMissing();
    return UploadId;
  }

  function take(): Buffer {
    const bytes = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return bytes;
  }
}

/** S3 began a multipart upload and did not say which. */
export class UploadIdMissing extends Error {
  readonly code = "UPLOAD_ID_MISSING";

  constructor() {
    super("S3 began a multipart upload without an id");
    this.name = "UploadIdMissing";
  }
}
