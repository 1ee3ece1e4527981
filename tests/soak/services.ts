import { recordChanges } from "@doorbell/change-audit/record-changes";
import { inlineAuditTrail } from "@doorbell/change-audit/inline-audit-trail";
import { imageText } from "@doorbell/audit-trail/attribute-text";
import { objectHandler } from "@doorbell/batch/object-handler";
import { queueHandler } from "@doorbell/batch/queue-handler";
import { streamHandler } from "@doorbell/batch/stream-handler";
import { createLease } from "@doorbell/idempotency/lease";
import type { ItemStore, ReadResult, WriteResult } from "@doorbell/idempotency/store";
import { StoreFailure } from "@doorbell/idempotency/store-failure";
import type { LambdaContext } from "@doorbell/logger/log";
import { applyOrders, parseDelivery } from "@doorbell/order-queue/apply-orders";
import { ingestUpload } from "@doorbell/upload-ingest/ingest-upload";
import { DEADLINE_MARGIN_MS, LEASE_MS, LEASE_TTL_SECONDS } from "@doorbell/upload-ingest/limits";
import type { Reject } from "@doorbell/upload-ingest/order-file/reject";
import { type Receipt, ReceiptFenced } from "@doorbell/upload-ingest/records/receipts";
import type { SendResult } from "@doorbell/upload-ingest/sending/orders-outlet";
import type { StandardQueue } from "./queue.ts";
import type { Worker } from "./worker.ts";

/** What the services share, in process. */
export interface Stores {
  /** The tables of orders, audit entries and leases. */
  readonly items: ItemStore;
  readonly queue: StandardQueue;
  /** Uploaded files by key. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly receipts: Map<string, Receipt>;
  /** Rejected lines by the upload's id. */
  readonly rejects: Map<string, readonly Reject[]>;
  /** Why changes were parked. */
  readonly parkedChanges: string[];
}

/** Names of the tables and the bucket. */
export const NAMES = { orders: "orders", audit: "audit", leases: "leases", uploads: "uploads" } as const;

const nothing = () => {};
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };
const log = { invocation: () => ({ ...silent, metrics: { count: nothing, measure: nothing, write: nothing } }) };
const isSampled = () => true;

/** `apps/order-queue/src/handler.ts`, over the stores of a run. */
export function orderQueue(
  stores: Stores,
  worker: Worker,
): (event: unknown, context: LambdaContext) => Promise<BatchResponse> {
  return queueHandler({
    log,
    park: ({ raw }, reason) =>
      send(worker, async () => void stores.queue.deadLetters.push({ body: bodyOf(raw), reason })),
    parseBody: parseDelivery,
    handleBatch: applyOrders({ store: calledStore(stores.items, worker), table: NAMES.orders, isSampled }),
  });
}

type BatchResponse = Awaited<ReturnType<ReturnType<typeof queueHandler>>>;

/** `apps/change-audit/src/handler.ts`. */
export function changeAudit(
  stores: Stores,
  worker: Worker,
): (event: unknown, context: LambdaContext) => Promise<BatchResponse> {
  const trail = inlineAuditTrail({ store: calledStore(stores.items, worker), table: NAMES.audit });
  return streamHandler({
    log,
    park: (_, reason) => send(worker, async () => void stores.parkedChanges.push(reason), "s3"),
    keyOf: (change) => imageText(change.keys),
    handleBatch: recordChanges({ trail, ordersTable: NAMES.orders, isSampled }),
  });
}

/** `apps/upload-ingest/src/handler.ts`. */
export function uploadIngest(
  stores: Stores,
  worker: Worker,
): (event: unknown, context: LambdaContext) => Promise<void> {
  const { files, queue, receipts, rejects } = stores;
  const store = calledStore(stores.items, worker);
  return objectHandler({
    log,
    deadlineMarginMs: DEADLINE_MARGIN_MS,
    handle: ingestUpload({
      bucket: NAMES.uploads,
      objects: {
        open: ({ key }) => send(worker, async () => chunksOf(files.get(key) ?? new Uint8Array()), "s3"),
      },
      outletOf: () => ({ send: (bodies) => sendBatch(worker, queue, bodies) }),
      rejects: {
        open(uploadId) {
          const written: Reject[] = [];
          return {
            write: async (found) => void written.push(...found),
            close: () =>
              send(
                worker,
                async () => {
                  if (written.length === 0) return undefined;
                  rejects.set(uploadId, written);
                  return `${uploadId}.ndjson`;
                },
                "s3",
              ),
            abandon: async () => {},
          };
        },
      },
      receipts: {
        find: (id) => send(worker, async () => receipts.get(id), "dynamodb"),
        save: (receipt) => send(worker, async () => saveReceipt(receipts, receipt), "dynamodb"),
      },
      lease: createLease({ store, table: NAMES.leases, leaseMs: LEASE_MS, ttlSeconds: LEASE_TTL_SECONDS }),
    }),
  });
}

function saveReceipt(receipts: Map<string, Receipt>, receipt: Receipt): void {
  const { id: uploadId, fence } = receipt;
  if ((receipts.get(uploadId)?.fence ?? 0) > fence) throw new ReceiptFenced({ uploadId, fence, cause: undefined });
  receipts.set(uploadId, receipt);
}

/** Calls that throw where they do not go well. */
function send<T>(worker: Worker, act: () => Promise<T>, service: "sqs" | "s3" | "dynamodb" = "sqs"): Promise<T> {
  const fail = (why: string) => (): never => {
    throw new Error(`${service} ${why}`);
  };
  return worker.call(service, act, { refused: fail("refused"), unanswered: fail("did not answer") });
}

function sendBatch(worker: Worker, queue: StandardQueue, bodies: readonly string[]): Promise<readonly SendResult[]> {
  const failed = (): SendResult => ({ kind: "failed", error: new Error("sqs") });
  const take = (body: string): SendResult => {
    queue.send(body);
    return { kind: "sent" };
  };
  return worker.call<readonly SendResult[]>("sqs", async () => bodies.map(take), {
    refused: () => bodies.map(failed),
    partial: async () => bodies.map((body, at) => (at % 2 === 0 ? failed() : take(body))),
    unanswered: () => bodies.map(failed),
  });
}

/** The store as a worker calls it, with the answers that the DynamoDB store makes of what goes wrong. */
function calledStore(store: ItemStore, worker: Worker): ItemStore {
  const throttled: WriteResult = { kind: "throttled", error: new Error("ThrottlingError") };
  const unread: ReadResult = {
    kind: "failed",
    error: new StoreFailure({ reason: "no answer", retryable: true, cause: undefined }),
  };
  return {
    write: (batch) =>
      worker.call<readonly WriteResult[]>("dynamodb", () => store.write(batch), {
        refused: () => batch.map(() => throttled),
        async partial() {
          const isRefused = (at: number) => at % 2 === 0;
          const done = (await store.write(batch.filter((_, at) => !isRefused(at)))).values();
          return batch.map((_, at) => (isRefused(at) ? throttled : (done.next().value ?? throttled)));
        },
        unanswered: () => batch.map(() => ({ ...throttled, unanswered: true })),
        again: async () =>
          (await store.write(batch)).map((result) =>
            result.kind === "condition-failed" ? { ...result, unanswered: true } : result,
          ),
      }),
    read: (refs) =>
      worker.call<readonly ReadResult[]>("dynamodb", () => store.read(refs), {
        refused: () => refs.map(() => unread),
        unanswered: () => refs.map(() => unread),
      }),
  };
}

function bodyOf(raw: unknown): string {
  return typeof raw === "object" && raw !== null && "body" in raw && typeof raw.body === "string" ? raw.body : "";
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

const CHUNK_BYTES = 16_384;
