import { join } from "node:path";
import { PersistenceManager, SnsStore, SqsStore, buildApp } from "fauxqs";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { SqsQueue } from "fauxqs";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import { installHooks } from "./fauxqs-hooks.ts";
import { createObjectFiles } from "./object-files.ts";
import { installSqsHooks } from "../sqs/sqs-hooks.ts";
import { ObservableS3Store } from "./observable-s3-store.ts";

/** S3, SQS and SNS in this process. */
export interface Fauxqs {
  readonly sqs: SqsStore;
  readonly sns: SnsStore;
  readonly s3: ObservableS3Store;
  /** Answers a request; its body must not have been read. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Ends long polls and closes the database. */
  stop(): Promise<void>;
}

/**
 * Starts S3, SQS and SNS without a listener of their own. With `dataDir` everything acknowledged is in an SQLite database there, or in
 * files beside it, and is found again. `origin` is what queue URLs begin with.
 */
export async function startFauxqs(options: {
  readonly origin: string;
  readonly region: string;
  readonly dataDir?: string;
  /** Factor on the five minutes in which a FIFO queue knows a deduplication id; 1 by default. */
  readonly timeScale?: number;
}): Promise<Fauxqs> {
  const sqs = new LocalSqsStore(options.origin, options.timeScale ?? 1);
  const sns = new SnsStore();
  const files = createObjectFiles(options.dataDir && join(options.dataDir, "objects"));
  const s3 = new ObservableS3Store(files);
  const database = options.dataDir === undefined ? undefined : new PersistenceManager(options.dataDir);
  if (database !== undefined) {
    // Before the stores know the database: else what is read would be written again, and a queue's row replaced with its messages.
    database.load(sqs, sns, s3);
    sqs.persistence = database;
    sns.persistence = database;
    s3.persistence = database;
    for (const queue of sqs.allQueues()) queue.persistence = database;
    s3.removeAbandoned();
  }
  const app = buildApp({
    logger: false,
    bodyLimit: BODY_LIMITS.objectBytes,
    defaultRegion: options.region,
    stores: { sqsStore: sqs, snsStore: sns, s3Store: s3 },
  });
  installSqsHooks(app, sqs);
  // The last, since it makes its writes before the turn of the event loop ends.
  installHooks(app, s3);
  await app.ready();
  return {
    sqs,
    sns,
    s3,
    handle: (request, response) => app.routing(request, response),
    async stop() {
      await app.close();
      files.close();
      database?.close();
    },
  };
}

/** How long a FIFO queue knows a deduplication id (AWS: using-messagededuplicationid-property). */
const DEDUPLICATION_MS = 300_000;

/**
 * Queue URLs on the endpoint itself. fauxqs would name a host `sqs.<region>.127.0.0.1`, which no resolver knows and which makes
 * the AWS SDK for JavaScript warn of an invalid URL at every call. Stored queues get the present port, too.
 */
class LocalSqsStore extends SqsStore {
  readonly #origin: string;
  readonly #timeScale: number;
  constructor(origin: string, timeScale: number) {
    super();
    this.#origin = origin;
    this.#timeScale = timeScale;
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
    const queue = super.createQueue(name, this.buildQueueUrl(name), arn, attributes, tags);
    queue.deduplicationWindowMs = DEDUPLICATION_MS * this.#timeScale;
    return queue;
  }
}
