import type { BucketDefinition } from "../graph/graph.ts";
import type { Buckets, ObjectChange } from "./buckets.ts";
import type { ObservableS3Store } from "./observable-s3-store.ts";

/** The buckets over fauxqs' object store. Buckets that exist already stay as they are. */
export function createBuckets(store: ObservableS3Store, definitions: readonly BucketDefinition[]): Buckets {
  for (const { name } of definitions) store.createBucket(name);
  const listeners = new Set<(change: ObjectChange) => void>();
  const nextSequencer = createSequencer();
  store.onObject = (kind, bucket, key, stored) => {
    const change: ObjectChange = {
      kind,
      bucket,
      key,
      ...(stored?.contentLength !== undefined && { size: stored.contentLength }),
      ...(stored !== undefined && { eTag: stored.etag.replaceAll('"', "") }),
      sequencer: nextSequencer(),
      time: new Date().toISOString(),
    };
    for (const listener of listeners) listener(change);
  };
  return {
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put(bucket, key, body) {
      store.putObject(bucket, key, Buffer.from(body), "application/json");
    },
  };
}

/** Fits 18 hexadecimal digits, as S3's sequencers often have. */
const SEQUENCER_DIGITS = 18;

/**
 * Hexadecimal numbers that grow with every call, and over restarts: time in the high bits, a counter in the low 16. Should the
 * clock step back, they grow all the same.
 */
function createSequencer(): () => string {
  let last = 0n;
  return () => {
    const now = BigInt(Date.now()) << 16n;
    last = now > last ? now : last + 1n;
    return last.toString(16).toUpperCase().padStart(SEQUENCER_DIGITS, "0");
  };
}
