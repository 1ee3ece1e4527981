import type { FileProgress } from "../../src/protocol.ts";
import { ApiError, ask, sentenceOf, tokenHeader } from "../state/api.ts";

interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly eTag: string;
  readonly versionId?: string;
}

const LOOK_EVERY_MS = 400;

/** Puts a file, and tells how much has gone, 0 to 1. `fetch` could not tell that. @throws ApiError */
export function putFile(
  file: File,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  tell: (uploaded: number) => void,
): Promise<StoredObject> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/objects/${encodeURIComponent(bucket)}?key=${encodeURIComponent(key)}`);
    for (const [name, value] of Object.entries(tokenHeader())) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded, total }) => tell(total === 0 ? 0 : loaded / total));
    request.addEventListener("error", () => reject(new ApiError(0, "The local cloud does not answer.")));
    request.addEventListener("load", () => {
      if (request.status !== 200)
        return reject(new ApiError(request.status, sentenceOf(request.responseText, request.status)));
      const object: StoredObject = JSON.parse(request.responseText);
      return resolve(object);
    });
    request.send(file);
  });
}

/** Tells what becomes of an object until that is over; at once where the project has no way to tell. @throws ApiError */
export async function followFile(object: StoredObject, tell: (progress: FileProgress) => void): Promise<void> {
  const { bucket, key, eTag, versionId } = object;
  const search = new URLSearchParams({ key, etag: eTag, ...(versionId !== undefined && { version: versionId }) });
  for (;;) {
    const progress = await ask<FileProgress | null>(`/api/objects/${encodeURIComponent(bucket)}/progress?${search}`);
    if (progress === null) return;
    tell(progress);
    if (progress.done) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
