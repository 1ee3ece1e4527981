import type { S3Object, S3Store } from "fauxqs";
import * as v from "valibot";
import type { ObjectTags } from "../s3/object-tags.ts";
import type { ChangeKind } from "./buckets.ts";
import { FiledS3Store } from "./filed-s3-store.ts";

/** Told of each change of an object after it is stored and before its request is answered. */
type ObjectListener = (kind: ChangeKind, bucket: string, key: string, stored?: StoredObject) => void;

interface StoredObject {
  /** Absent where the change is no write of the object's bytes. */
  readonly contentLength?: number;
  readonly etag: string;
}

/** What a write's request says of it besides what fauxqs hands on. */
export interface WriteDetails {
  readonly kind?: ChangeKind;
  readonly tags?: ObjectTags;
  readonly contentEncoding?: string | undefined;
}

/**
 * Where an object's tags are kept: among its metadata, so that one row of the database holds them with the object. No header can
 * have this name, so no client can write or read it.
 */
const TAGS = "\n tags";

/** The object store with tags, telling one listener what happens in it: fauxqs has no tags, and sends no notifications. */
export class ObservableS3Store extends FiledS3Store {
  onObject: ObjectListener = () => undefined;
  /** The store itself keeps what an upload is for to itself. */
  readonly #uploads = new Map<string, { readonly bucket: string; readonly key: string }>();
  #details: WriteDetails = {};

  /** Calls `write`, which makes objects and uploads with these details before it returns. */
  writeWith(details: WriteDetails, write: () => void): void {
    this.#details = details;
    try {
      write();
    } finally {
      this.#details = {};
    }
  }

  override putObject(...args: Parameters<S3Store["putObject"]>): S3Object {
    const [bucket, key, body, contentType, metadata, systemMetadata, checksum] = args;
    const { kind = "Put" } = this.#details;
    const described = this.#described(metadata, systemMetadata);
    const stored = super.putObject(bucket, key, body, contentType, ...described, checksum);
    this.onObject(kind, bucket, key, stored);
    return stored;
  }

  override createMultipartUpload(...args: Parameters<S3Store["createMultipartUpload"]>): string {
    const [bucket, key, contentType, metadata, systemMetadata, algorithm] = args;
    const described = this.#described(metadata, systemMetadata);
    const uploadId = super.createMultipartUpload(bucket, key, contentType, ...described, algorithm);
    this.#uploads.set(uploadId, { bucket, key });
    return uploadId;
  }

  override restoreMultipartUpload(upload: Parameters<S3Store["restoreMultipartUpload"]>[0]): void {
    super.restoreMultipartUpload(upload);
    this.#uploads.set(upload.uploadId, { bucket: upload.bucket, key: upload.key });
  }

  override completeMultipartUpload(...args: Parameters<S3Store["completeMultipartUpload"]>): S3Object {
    const stored = super.completeMultipartUpload(...args);
    const upload = this.#uploads.get(args[0]);
    this.#uploads.delete(args[0]);
    if (upload !== undefined) this.onObject("CompleteMultipartUpload", upload.bucket, stored.key, stored);
    return stored;
  }

  override abortMultipartUpload(uploadId: string): void {
    super.abortMultipartUpload(uploadId);
    this.#uploads.delete(uploadId);
  }

  /** True while this upload of this object is under way. */
  hasUpload(bucket: string, key: string, uploadId: string): boolean {
    const upload = this.#uploads.get(uploadId);
    return upload?.bucket === bucket && upload.key === key;
  }

  override getObject(bucket: string, key: string): S3Object {
    return withoutTags(super.getObject(bucket, key));
  }

  override headObject(bucket: string, key: string): S3Object {
    return withoutTags(super.headObject(bucket, key));
  }

  override deleteObject(bucket: string, key: string): void {
    const existed = this.find(bucket, key) !== undefined;
    super.deleteObject(bucket, key);
    if (existed) this.onObject("Delete", bucket, key);
  }

  /** An object without its bytes, or nothing where it or its bucket is not there. */
  find(bucket: string, key: string): S3Object | undefined {
    try {
      return this.headObject(bucket, key);
    } catch {
      return undefined;
    }
  }

  /** @throws an S3 error where there is no such object or bucket */
  tagsOf(bucket: string, key: string): ObjectTags {
    const written = super.headObject(bucket, key).metadata[TAGS];
    return new Map(written === undefined ? [] : v.parse(pairsSchema, JSON.parse(written)));
  }

  /** Replaces an object's tags; nothing else of it changes. */
  putTags(bucket: string, key: string, tags: ObjectTags): void {
    this.#changeTags("TaggingPut", bucket, key, tags);
  }

  /** Takes an object's tags away; nothing else of it changes. */
  deleteTags(bucket: string, key: string): void {
    this.#changeTags("TaggingDelete", bucket, key);
  }

  #changeTags(kind: ChangeKind, bucket: string, key: string, tags?: ObjectTags): void {
    const { metadata, etag } = this.headObject(bucket, key);
    this.replaceMetadata(bucket, key, withTags(metadata, tags));
    this.onObject(kind, bucket, key, { etag });
  }

  #described(metadata: Metadata = {}, system: SystemMetadata = {}): [Metadata, SystemMetadata] {
    const { tags, contentEncoding } = this.#details;
    return [withTags(metadata, tags), { ...system, ...(contentEncoding !== undefined && { contentEncoding }) }];
  }
}

function withTags(metadata: Metadata, tags: ObjectTags = new Map()): Metadata {
  return tags.size === 0 ? metadata : { ...metadata, [TAGS]: JSON.stringify([...tags]) };
}

function withoutTags(object: S3Object): S3Object {
  const { [TAGS]: _tags, ...metadata } = object.metadata;
  return { ...object, metadata };
}

const pairsSchema = v.array(v.tuple([v.string(), v.string()]));

type Metadata = Record<string, string>;
type SystemMetadata = NonNullable<Parameters<S3Store["putObject"]>[5]>;
