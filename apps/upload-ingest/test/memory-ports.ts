import type { Log } from "@doorbell/logger/log";
import type { Counter } from "@doorbell/logger/metrics";
import type { ObjectEvent } from "@doorbell/aws-events/s3";
import { createLease } from "@doorbell/idempotency/lease";
import { memoryStore } from "@doorbell/idempotency/memory-store";
import type { IngestPorts } from "../src/ingest-upload.ts";
import { ObjectGone } from "../src/stored-object/object-source.ts";
import type { SendResult } from "../src/sending/orders-outlet.ts";
import { type Receipt, ReceiptFenced } from "../src/records/receipts.ts";
import type { Reject } from "../src/order-file/reject.ts";
import type { UploadCount } from "../src/metrics.ts";

/** Ports in memory for tests, with what came out of them. */
export function memoryPorts(files: Record<string, Uint8Array | string>) {
  const receipts = new Map<string, Receipt>();
  const rejects = new Map<string, Reject[]>();
  const sent: string[] = [];
  /** Whose outlets were used. */
  const partners = new Set<string>();
  const behaviour = {
    /** Answers one call; throw to fail it. */
    send: async (bodies: readonly string[]): Promise<SendResult[]> => {
      sent.push(...bodies);
      return bodies.map(() => ({ kind: "sent" }));
    },
    chunkBytes: 10_000,
  };
  const ports: IngestPorts = {
    bucket: "uploads",
    objects: {
      async open({ key }) {
        const contents = files[key];
        if (contents === undefined) throw new ObjectGone("deleted since the event");
        return chunksOf(Buffer.from(contents), behaviour.chunkBytes);
      },
    },
    outletOf: (partner) => ({
      send(bodies) {
        partners.add(partner);
        return behaviour.send(bodies);
      },
    }),
    rejects: {
      open: (uploadId) => {
        const written: Reject[] = [];
        return {
          write: async (found) => void written.push(...found),
          close: async () => {
            if (written.length === 0) return undefined;
            rejects.set(uploadId, written);
            return `${uploadId}.ndjson`;
          },
          abandon: async () => {},
        };
      },
    },
    receipts: {
      find: async (id) => receipts.get(id),
      save: async (receipt) => {
        const { id: uploadId, fence } = receipt;
        if ((receipts.get(uploadId)?.fence ?? 0) > fence)
          throw new ReceiptFenced({ uploadId, fence, cause: undefined });
        receipts.set(uploadId, receipt);
      },
    },
    lease: createLease({ store: memoryStore(), table: "leases", leaseMs: 60_000, ttlSeconds: 3600 }),
  };
  return { ports, receipts, rejects, sent, partners, behaviour };
}

async function* chunksOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The event of an upload. */
export function uploaded(key: string, overrides: Partial<ObjectEvent> = {}): ObjectEvent {
  return {
    eventName: "ObjectCreated:Put",
    eventTime: "2024-03-01T08:30:00.250Z",
    region: "eu-central-2",
    bucket: "uploads",
    key,
    rawKey: encodeURIComponent(key),
    size: 100,
    eTag: "9f86d081",
    ...overrides,
  };
}

/** An invocation with time left, and the lines that it logged. */
export function testInvocation(remainingMs: () => number = () => 60_000) {
  const lines: string[] = [];
  const logOf = (context: object): Log => {
    const write = (fields: object, message: string) =>
      void lines.push(JSON.stringify({ ...context, ...fields, message }));
    return {
      debug: write,
      info: write,
      warn: write,
      error: write,
      child: (fields) => logOf({ ...context, ...fields }),
    };
  };
  const deadline = new AbortController();
  const counts: Record<string, number> = {};
  const metrics: Counter<UploadCount> = { count: (name, by = 1) => void (counts[name] = (counts[name] ?? 0) + by) };
  return { log: logOf({}), metrics, counts, remainingMs, signal: deadline.signal, deadline, lines };
}
