import type { Upload } from "../upload.ts";

/** Where uploads are read from. */
export interface ObjectSource {
  /**
   * The stored bytes of exactly this version of the object, as they come. Ends with `signal`'s reason when that is aborted.
   * @throws ObjectGone where that version is no longer there
   */
  open(upload: Upload, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** The object was deleted or overwritten after its event; the reason is for its sender. */
export class ObjectGone extends Error {
  readonly code = "OBJECT_GONE";
  readonly reason: string;

  constructor(reason: string, options?: { cause?: unknown }) {
    super(`Object gone: ${reason}`, options);
    this.name = "ObjectGone";
    this.reason = reason;
  }
}
