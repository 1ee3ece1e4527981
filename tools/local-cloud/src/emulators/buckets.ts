/** What happened to an object. */
export type ChangeKind =
  | "Put"
  | "Post"
  | "Copy"
  | "CompleteMultipartUpload"
  | "Delete"
  | "TaggingPut"
  | "TaggingDelete";

/** One change of an object, as an S3 event notification tells it. */
export interface ObjectChange {
  readonly kind: ChangeKind;
  readonly bucket: string;
  /** As stored, not URL-encoded. */
  readonly key: string;
  /** Bytes; absent unless they were written. */
  readonly size?: number;
  /** Without quotes; absent on deletion. */
  readonly eTag?: string;
  /** Hexadecimal, growing with every change of a key. S3 tells it of puts and deletions alone. */
  readonly sequencer: string;
  /** ISO 8601 with milliseconds. */
  readonly time: string;
}

/** The buckets of the local cloud, in process. */
export interface Buckets {
  /** Calls `listener` after each change of an object, in the order of the changes. Returns the verb that ends it. */
  onChange(listener: (change: ObjectChange) => void): () => void;
  /** Writes an object; listeners hear of it as of any other. Throws where the bucket does not exist. */
  put(bucket: string, key: string, body: string): void;
}
