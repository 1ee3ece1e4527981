import type { DeliverBatch } from "./batch-delivery.ts";
import { createWakeUp } from "../wake-up.ts";
import { EVENT_FRAME_BYTES, MAX_BATCH_BYTES } from "../event-source.ts";
import type { StreamItem } from "./stream-event.ts";

/** Batches the records of some partition keys and delivers them one batch at a time, in order. */
export interface StreamLane {
  push(item: StreamItem): void;
  /** Records that wait for a batch. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Resolves when the lane has ended after its signal aborted. */
  readonly ended: Promise<void>;
}

/**
 * A lane of a shard: one of as many as the parallelization factor. A batch goes out at the batch size, at 6 MB, or when
 * the batching window ends, which opens when the lane is free and has a record (AWS: with-ddb, batching behavior).
 * `taken` is called whenever waiting records became a batch.
 */
export function createStreamLane(options: {
  readonly batchSize: number;
  readonly windowMs: number;
  readonly deliver: DeliverBatch;
  readonly taken: () => void;
  readonly signal: AbortSignal;
}): StreamLane {
  const { batchSize, windowMs, signal } = options;
  const pushed = createWakeUp();
  let items: StreamItem[] = [];
  let bytes = EVENT_FRAME_BYTES;

  const full = () => items.length >= batchSize || bytes > MAX_BATCH_BYTES;

  function cut(): StreamItem[] {
    let batchBytes = EVENT_FRAME_BYTES;
    let count = 0;
    for (const item of items) {
      if (count === batchSize || (count > 0 && batchBytes + item.bytes > MAX_BATCH_BYTES)) break;
      batchBytes += item.bytes;
      count += 1;
    }
    const batch = items.slice(0, count);
    items = items.slice(count);
    bytes -= batchBytes - EVENT_FRAME_BYTES;
    return batch;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      if (items.length === 0) {
        await pushed.wait(signal);
        continue;
      }
      const windowEnd = Date.now() + windowMs;
      while (!full() && !signal.aborted && Date.now() < windowEnd) await pushed.wait(signal, windowEnd - Date.now());
      if (signal.aborted) return;
      const batch = cut();
      options.taken();
      await options.deliver(batch);
    }
  }

  return {
    push(item) {
      items.push(item);
      bytes += item.bytes;
      pushed.wake();
    },
    get waiting() {
      return items.length;
    },
    get waitingBytes() {
      return bytes;
    },
    ended: run(),
  };
}

/** The lane of a partition key, from 0: the same key always has the same (FNV-1a). */
export function laneOf(partitionKey: string, lanes: number): number {
  if (lanes === 1) return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < partitionKey.length; at += 1) {
    hash = Math.imul(hash ^ partitionKey.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % lanes;
}
