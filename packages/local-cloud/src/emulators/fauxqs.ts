import { PersistenceManager, S3Store, SnsStore, SqsStore, buildApp } from "fauxqs";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { SqsQueue } from "fauxqs";
import type { ChangeKind } from "./buckets.ts";

/** The largest request body: a single PUT of an object, or a part of one. Larger objects go by multipart upload. */
export const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** S3, SQS and SNS in this process. */
export interface Fauxqs {
  readonly sqs: SqsStore;
  readonly s3: ObservableS3Store;
  /** Answers a request; its body must not have been read. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Ends long polls and closes the database. */
  stop(): Promise<void>;
}

/** Told of each change of an object after it is stored and before its request is answered. */
type ObjectListener = (kind: ChangeKind, bucket: string, key: string, stored?: StoredObject) => void;

interface StoredObject {
  readonly contentLength: number;
  readonly etag: string;
}

/**
 * Starts S3, SQS and SNS without a listener of their own. With `dataDir` everything acknowledged is in an SQLite database there and
 * is found again. `origin` is what queue URLs begin with.
 */
export async function startFauxqs(options: {
  readonly origin: string;
  readonly region: string;
  readonly dataDir?: string;
}): Promise<Fauxqs> {
  const sqs = new PlainUrlSqsStore(options.origin);
  const sns = new SnsStore();
  const s3 = new ObservableS3Store();
  const database = options.dataDir === undefined ? undefined : new PersistenceManager(options.dataDir);
  if (database !== undefined) {
    // Before the stores know the database: else what is read would be written again, and a queue's row replaced with its messages.
    database.load(sqs, sns, s3);
    sqs.persistence = database;
    sns.persistence = database;
    s3.persistence = database;
    for (const queue of sqs.allQueues()) queue.persistence = database;
  }
  const app = buildApp({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    defaultRegion: options.region,
    stores: { sqsStore: sqs, snsStore: sns, s3Store: s3 },
  });
  await app.ready();
  return {
    sqs,
    s3,
    handle: (request, response) => app.routing(request, response),
    async stop() {
      await app.close();
      database?.close();
    },
  };
}

/**
 * Queue URLs on the endpoint itself. fauxqs would name a host `sqs.<region>.127.0.0.1`, which no resolver knows and which makes
 * the AWS SDK for JavaScript warn of an invalid URL at every call. Stored queues get the present port, too.
 */
class PlainUrlSqsStore extends SqsStore {
  readonly #origin: string;
  constructor(origin: string) {
    super();
    this.#origin = origin;
  }
  override buildQueueUrl(name: string): string {
    return `${this.#origin}/${LOCAL_ACCOUNT}/${name}`;
  }
  override createQueue(
    name: string,
    _url: string,
    arn: string,
    attributes?: Record<string, string>,
    tags?: Record<string, string>,
  ): SqsQueue {
    return super.createQueue(name, this.buildQueueUrl(name), arn, attributes, tags);
  }
}

/** The object store, telling one listener what happens in it: fauxqs accepts bucket notifications and sends none. */
export class ObservableS3Store extends S3Store {
  onObject: ObjectListener = () => undefined;
  /** The store itself keeps the bucket of an upload to itself. */
  readonly #uploadBuckets = new Map<string, string>();

  override putObject(...args: Parameters<S3Store["putObject"]>): ReturnType<S3Store["putObject"]> {
    const stored = super.putObject(...args);
    const [bucket, key] = args;
    this.onObject(args[7] ?? "Put", bucket, key, stored);
    return stored;
  }

  override createMultipartUpload(...args: Parameters<S3Store["createMultipartUpload"]>): string {
    const uploadId = super.createMultipartUpload(...args);
    this.#uploadBuckets.set(uploadId, args[0]);
    return uploadId;
  }

  override restoreMultipartUpload(upload: Parameters<S3Store["restoreMultipartUpload"]>[0]): void {
    super.restoreMultipartUpload(upload);
    this.#uploadBuckets.set(upload.uploadId, upload.bucket);
  }

  override completeMultipartUpload(
    ...args: Parameters<S3Store["completeMultipartUpload"]>
  ): ReturnType<S3Store["completeMultipartUpload"]> {
    const stored = super.completeMultipartUpload(...args);
    const bucket = this.#uploadBuckets.get(args[0]);
    this.#uploadBuckets.delete(args[0]);
    if (bucket !== undefined) this.onObject("CompleteMultipartUpload", bucket, stored.key, stored);
    return stored;
  }

  override abortMultipartUpload(uploadId: string): void {
    super.abortMultipartUpload(uploadId);
    this.#uploadBuckets.delete(uploadId);
  }

  override deleteObject(bucket: string, key: string): void {
    const existed = this.#has(bucket, key);
    super.deleteObject(bucket, key);
    if (existed) this.onObject("Delete", bucket, key);
  }

  #has(bucket: string, key: string): boolean {
    try {
      this.headObject(bucket, key);
      return true;
    } catch {
      return false;
    }
  }
}
