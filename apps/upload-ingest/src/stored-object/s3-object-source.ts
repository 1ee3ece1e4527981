import { addAbortSignal, Readable } from "node:stream";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { ObjectGone, type ObjectSource } from "./object-source.ts";

/**
 * Reads uploads from S3: by version id where there is one, else on the condition that the eTag is still that of the event
 * (S3: GetObject, `If-Match`). Needs `s3:GetObject`, `s3:GetObjectVersion`, and `s3:ListBucket`, without which S3 says 403 and not
 * 404 of a deleted object.
 */
export function s3ObjectSource(client: S3Client): ObjectSource {
  return {
    async open({ bucket, key, eTag, versionId }, signal) {
      const which = versionId === undefined ? { IfMatch: `"${eTag}"` } : { VersionId: versionId };
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...which }), {
          abortSignal: signal,
        });
        return Body instanceof Readable ? addAbortSignal(signal, Body) : Readable.from([]);
      } catch (error) {
        throw goneOr(error);
      }
    },
  };
}

function goneOr(error: unknown): unknown {
  const name = error instanceof Error ? error.name : "";
  if (name === "PreconditionFailed") {
    return new ObjectGone("overwritten since the event; the newer object has its own event", { cause: error });
  }
  // A version that was deleted, or a delete marker in its place.
  if (name === "NoSuchKey" || name === "NoSuchVersion" || name === "NotFound" || name === "MethodNotAllowed") {
    return new ObjectGone("deleted since the event", { cause: error });
  }
  return error;
}
