import { isFifoQueue, type Queues, type ReceivedMessage } from "../../emulators/queues.ts";
import type { QueueMapping } from "../../graph/graph.ts";
import { EVENT_FRAME_BYTES, MAX_BATCH_BYTES } from "../event-source.ts";
import { compileFilters } from "../event-filter.ts";
import { queueRecord } from "./queue-event.ts";

/** Messages received together, for one invocation. */
export interface QueueBatch {
  /** Records of the event, as JSON text. */
  readonly records: readonly string[];
  /** Message id → receipt handle. */
  readonly handles: ReadonlyMap<string, string>;
  /** How often the one that was received most often has been received. */
  readonly receives: number;
  /** When the first of them becomes visible again, in milliseconds since 1970. */
  readonly visibleAt: number;
}

/** Receives messages and makes batches of them. */
export interface QueueReader {
  /** The next batch: full, at its window's end, or at 6 MB. Undefined when nothing came for a while, or on abort. */
  next(): Promise<QueueBatch | undefined>;
  /** True while messages were received that are in no batch yet. */
  readonly holding: boolean;
  /** Gives those messages back: after this reader somebody else may take them. */
  release(): void;
}

/** `ReceiveMessage` hands out ten at most. */
const RECEIVE_LIMIT = 10;

/** Looks at the queue at least this often, should a wake-up be missed. */
const LONGEST_WAIT_MS = 1_000;

interface Waiting {
  readonly message: ReceivedMessage;
  readonly record: string;
  readonly bytes: number;
  readonly visibleAt: number;
}

/** Batches of one queue: the batching window opens with the first message (AWS: with-sqs, batching behavior). */
export function createQueueReader(
  options: {
    readonly mapping: QueueMapping;
    readonly visibilityTimeoutSeconds: number;
    readonly queues: Pick<Queues, "receive" | "waitForMessage" | "delete" | "giveBack">;
    readonly region: string;
    readonly timeScale: number;
  },
  signal: AbortSignal,
): QueueReader {
  const { mapping, queues } = options;
  const visibilityMs = options.visibilityTimeoutSeconds * 1_000;
  const windowMs = mapping.maximumBatchingWindowSeconds * 1_000 * options.timeScale;
  const accepts = compileFilters(mapping.filters, "sqs");
  let waiting: Waiting[] = [];
  let waitingBytes = EVENT_FRAME_BYTES;

  const full = () => waiting.length >= mapping.batchSize || waitingBytes > MAX_BATCH_BYTES;

  /** Receives what is there, until the batch is full. Messages that a filter refuses are deleted (AWS: with-sqs-filtering). */
  function receive(): void {
    while (!full()) {
      const wanted = Math.min(RECEIVE_LIMIT, mapping.batchSize - waiting.length);
      const visibleAt = Date.now() + visibilityMs;
      const messages = queues.receive(mapping.eventSourceArn, wanted, { visibilityMs });
      for (const message of messages) take(message, visibleAt);
      if (messages.length < wanted) return;
    }
  }

  function take(message: ReceivedMessage, visibleAt: number): void {
    const record = queueRecord(message, mapping.eventSourceArn, options.region);
    if (!accepts(record)) {
      queues.delete(mapping.eventSourceArn, [message.receiptHandle]);
      return;
    }
    const bytes = Buffer.byteLength(record) + 1;
    waiting.push({ message, record, bytes, visibleAt });
    waitingBytes += bytes;
  }

  /** Takes a batch off the front: at most the batch size, at most 6 MB, at least one message. */
  function cut(): QueueBatch {
    let bytes = EVENT_FRAME_BYTES;
    let count = 0;
    for (const entry of waiting.slice(0, mapping.batchSize)) {
      if (count > 0 && bytes + entry.bytes > MAX_BATCH_BYTES) break;
      bytes += entry.bytes;
      count += 1;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingBytes = waiting.reduce((sum, entry) => sum + entry.bytes, EVENT_FRAME_BYTES);
    // What is left may be of a group that this batch has messages of, and a group is never in two batches at a time.
    if (isFifoQueue(mapping.eventSourceArn)) release();
    return {
      records: taken.map(({ record }) => record),
      handles: new Map(taken.map(({ message }) => [message.messageId, message.receiptHandle])),
      receives: Math.max(...taken.map(({ message }) => Number(message.attributes["ApproximateReceiveCount"] ?? 1))),
      visibleAt: Math.min(...taken.map(({ visibleAt }) => visibleAt)),
    };
  }

  function release(): void {
    queues.giveBack(
      mapping.eventSourceArn,
      waiting.map(({ message }) => message.receiptHandle),
    );
    waiting = [];
    waitingBytes = EVENT_FRAME_BYTES;
  }

  return {
    get holding() {
      return waiting.length > 0;
    },
    release,
    async next() {
      receive();
      if (waiting.length === 0) {
        await queues.waitForMessage(mapping.eventSourceArn, LONGEST_WAIT_MS, signal);
        if (signal.aborted) return undefined;
        receive();
      }
      const windowEnd = Date.now() + windowMs;
      while (waiting.length > 0 && !full() && !signal.aborted) {
        const leftMs = windowEnd - Date.now();
        if (leftMs <= 0) break;
        await queues.waitForMessage(mapping.eventSourceArn, Math.min(leftMs, LONGEST_WAIT_MS), signal);
        if (!signal.aborted) receive();
      }
      return waiting.length === 0 || signal.aborted ? undefined : cut();
    },
  };
}
