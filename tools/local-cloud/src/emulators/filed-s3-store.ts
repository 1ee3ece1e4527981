import { createHash, randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { S3Store, type S3Object } from "fauxqs";
import * as v from "valibot";
import { S3Error } from "../s3/s3-error.ts";
import { describeCompleted, namedParts, type Upload } from "./completed-upload.ts";
import { totalOf, type FiledBytes, type ObjectFiles } from "./object-files.ts";

type PutArguments = Parameters<S3Store["putObject"]>;
type Metadata = Readonly<Record<string, string>>;

/** Larger objects lie in files. */
export const IN_MEMORY_BYTES = 64 * 1024 * 1024;

/** Where an object's files are noted: among its metadata, under a name that no header can have. */
const FILES = "\n files";
const filedSchema = v.object({
  id: v.string(),
  parts: v.array(v.object({ number: v.number(), bytes: v.number() })),
});

const NOTHING = Buffer.alloc(0);

/**
 * The object store with the bytes of large objects, and of all parts that are uploaded, in files: fauxqs holds them in memory, or in
 * one cell of SQLite, which takes a billion bytes. Of a large object `getObject` gives an empty body, which `putObject` knows.
 */
export class FiledS3Store extends S3Store {
  readonly #files: ObjectFiles;
  readonly #uploads = new Map<string, Upload>();
  /** What stands for the bytes of large objects. */
  readonly #bodies = new WeakMap<Buffer, FiledBytes>();
  /** MD5 of whole files, in hexadecimal, where it is known. */
  readonly #digests = new Map<string, string>();
  /** Ids that were loaded at boot. */
  readonly #loaded = new Set<string>();

  constructor(files: ObjectFiles) {
    super();
    this.#files = files;
  }

  /** Removes files that belong to nothing; call it when all is loaded. */
  removeAbandoned(): void {
    this.#files.keepOnly(this.#loaded);
    this.#loaded.clear();
  }

  /** The files of a large object, or nothing where it is not large, or not there. */
  filesOf(bucket: string, key: string): FiledBytes | undefined {
    let written: string | undefined;
    try {
      written = super.headObject(bucket, key).metadata[FILES];
    } catch {
      return undefined;
    }
    return written === undefined ? undefined : v.parse(filedSchema, JSON.parse(written));
  }

  /** Bytes of a large object, from `start` up to and with `end`. */
  read(filed: FiledBytes, start: number, end: number): Readable {
    return this.#files.read(filed, start, end);
  }

  /** Makes ready to copy an object, whose bytes all count towards the copy's ETag. */
  async prepareCopy(bucket: string, key: string): Promise<void> {
    const filed = this.filesOf(bucket, key);
    if (filed === undefined || this.#digests.has(filed.id)) return;
    const hash = createHash("md5");
    for await (const chunk of this.read(filed, 0, totalOf(filed) - 1)) hash.update(chunk);
    this.#digests.set(filed.id, hash.digest("hex"));
  }

  override restoreObject(bucket: string, object: S3Object): void {
    super.restoreObject(bucket, object);
    const filed = this.filesOf(bucket, object.key);
    if (filed !== undefined) this.#loaded.add(filed.id);
  }

  override putObject(...args: PutArguments): S3Object {
    const [bucket, key, body, contentType = "application/octet-stream", metadata = {}, system = {}, checksum] = args;
    const source = this.#bodies.get(body);
    if (!this.hasBucket(bucket)) return super.putObject(...args);
    const before = this.filesOf(bucket, key);
    if (source === undefined && body.length <= IN_MEMORY_BYTES) {
      const stored = super.putObject(...args);
      this.#remove(before);
      return stored;
    }
    const filed = source === undefined ? this.#write(body) : this.#copy(source);
    const object: S3Object = {
      key,
      body: NOTHING,
      contentType,
      contentLength: totalOf(filed),
      etag: `"${this.#digests.get(filed.id)}"`,
      lastModified: new Date(),
      metadata: noted(metadata, filed),
      ...system,
      ...(checksum !== undefined && {
        checksumAlgorithm: checksum.algorithm,
        checksumValue: checksum.value,
        checksumType: checksum.type,
        ...(checksum.partChecksums !== undefined && { partChecksums: checksum.partChecksums }),
      }),
    };
    this.persistence?.upsertObject(bucket, object);
    super.restoreObject(bucket, object);
    this.#remove(before);
    return object;
  }

  #write(body: Buffer): FiledBytes {
    const id = randomUUID();
    this.#files.write(id, 1, body);
    this.#digests.set(id, createHash("md5").update(body).digest("hex"));
    return { id, parts: [{ number: 1, bytes: body.length }] };
  }

  #copy(source: FiledBytes): FiledBytes {
    const digest = this.#digests.get(source.id);
    if (digest === undefined)
      throw new S3Error(503, "ServiceUnavailable", "The source of the copy was replaced meanwhile. Please try again.");
    const copy = this.#files.copy(source);
    this.#digests.set(copy.id, digest);
    return copy;
  }

  #remove(filed: FiledBytes | undefined): void {
    if (filed === undefined) return;
    this.#files.remove(filed.id);
    this.#digests.delete(filed.id);
  }

  override getObject(bucket: string, key: string): S3Object {
    const filed = this.filesOf(bucket, key);
    if (filed === undefined) return super.getObject(bucket, key);
    const body = Buffer.alloc(0);
    this.#bodies.set(body, filed);
    return { ...this.headObject(bucket, key), body };
  }

  override headObject(bucket: string, key: string): S3Object {
    const object = super.headObject(bucket, key);
    const { [FILES]: _files, ...metadata } = object.metadata;
    return { ...object, metadata };
  }

  /** Replaces an object's metadata; nothing else of it changes. */
  replaceMetadata(bucket: string, key: string, metadata: Metadata): void {
    const stored = super.headObject(bucket, key);
    const filed = this.filesOf(bucket, key);
    const next = filed === undefined ? { ...metadata } : noted(metadata, filed);
    // With its bytes, since the database writes a row as a whole.
    const { body } = filed === undefined ? super.getObject(bucket, key) : stored;
    this.persistence?.upsertObject(bucket, { ...stored, body, metadata: next });
    stored.metadata = next;
  }

  override deleteObject(bucket: string, key: string): void {
    const filed = this.filesOf(bucket, key);
    super.deleteObject(bucket, key);
    this.#remove(filed);
  }

  override createMultipartUpload(...args: Parameters<S3Store["createMultipartUpload"]>): string {
    const [bucket, key, contentType = "application/octet-stream", metadata = {}, system = {}, algorithm] = args;
    if (!this.hasBucket(bucket)) return super.createMultipartUpload(...args);
    const upload: Upload = {
      uploadId: randomUUID(),
      bucket,
      key,
      contentType,
      metadata,
      parts: new Map(),
      initiated: new Date(),
      ...system,
      ...(algorithm !== undefined && { checksumAlgorithm: algorithm }),
    };
    this.persistence?.insertMultipartUpload(upload);
    this.restoreMultipartUpload(upload);
    return upload.uploadId;
  }

  override restoreMultipartUpload(upload: Upload): void {
    // Parts of an older state folder lie in the database.
    for (const part of upload.parts.values()) {
      if (part.body.length === 0) continue;
      this.#files.write(upload.uploadId, part.partNumber, part.body);
      part.body = NOTHING;
    }
    super.restoreMultipartUpload(upload);
    this.#uploads.set(upload.uploadId, upload);
    this.#loaded.add(upload.uploadId);
  }

  override uploadPart(...args: Parameters<S3Store["uploadPart"]>): ReturnType<S3Store["uploadPart"]> {
    const [uploadId, partNumber, body, checksumValue] = args;
    const upload = this.#uploads.get(uploadId);
    if (upload === undefined) return super.uploadPart(...args);
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    const checksum = checksumValue === undefined ? {} : { checksumValue };
    const part = { partNumber, body: NOTHING, etag, lastModified: new Date(), ...checksum };
    this.#files.write(uploadId, partNumber, body);
    this.persistence?.upsertMultipartPart(uploadId, part);
    upload.parts.set(partNumber, part);
    return { etag, ...checksum };
  }

  override completeMultipartUpload(...args: Parameters<S3Store["completeMultipartUpload"]>): S3Object {
    const [uploadId, named] = args;
    const upload = this.#uploads.get(uploadId);
    if (upload === undefined || !this.hasBucket(upload.bucket)) return super.completeMultipartUpload(...args);
    const { bucket, key } = upload;
    const filed = namedParts(upload, named, (number) => this.#files.size(uploadId, number));
    const total = totalOf(filed);
    const isLarge = total > IN_MEMORY_BYTES;
    const object = {
      ...describeCompleted(upload, filed),
      ...(isLarge && { metadata: noted(upload.metadata, filed) }),
      body: isLarge ? NOTHING : Buffer.concat(filed.parts.map(({ number }) => this.#files.load(uploadId, number))),
    };
    const before = this.filesOf(bucket, key);
    this.persistence?.completeMultipartUpload(uploadId, bucket, object);
    super.restoreObject(bucket, this.persistence === undefined ? object : { ...object, body: NOTHING });
    super.abortMultipartUpload(uploadId);
    this.#uploads.delete(uploadId);
    this.#remove(before);
    if (isLarge) this.#files.keepParts(filed);
    else this.#files.remove(uploadId);
    return object;
  }

  override abortMultipartUpload(uploadId: string): void {
    super.abortMultipartUpload(uploadId);
    if (this.#uploads.delete(uploadId)) this.#files.remove(uploadId);
  }
}

const noted = (metadata: Metadata, filed: FiledBytes) => ({ ...metadata, [FILES]: JSON.stringify(filed) });
