import type { StreamMapping } from "../../graph/graph.ts";
import type { LambdaService } from "../../lambda/lambda-service.ts";
import { createBatchDelivery } from "./batch-delivery.ts";
import { createWakeUp } from "../wake-up.ts";
import { compileFilters } from "../event-filter.ts";
import { STOP_GRACE_MS } from "../event-source.ts";
import type { FailureDestination } from "./failure-destination.ts";
import type { MappingCounters } from "../mapping-status.ts";
import { pause, settledWithin } from "../pause.ts";
import { createReadPace } from "./read-pace.ts";
import { createShardProgress } from "./shard-progress.ts";
import { createShardReader } from "./shard-reader.ts";
import type { MappingCheckpoints } from "./stream-checkpoints.ts";
import type { StreamItem } from "./stream-event.ts";
import { createStreamLane, laneOf } from "./stream-lane.ts";
import type { Shard, StreamSource } from "./stream-source.ts";

/** Looks at a quiet shard this often. AWS polls four times a second; here a write through the endpoint wakes the poller. */
const POLL_INTERVAL_MS = 1_000;

/** Waits after an error of the stream: from, doubling, to. */
const ERROR_BACKOFF_MS = { first: 100, last: 5_000 };

/** Records read ahead stay below this many bytes, one page apart. */
const READ_AHEAD_BYTES = 32 * 1024 * 1024;

/** Reads one shard and delivers its records. */
export interface ShardConsumer {
  /** Something may have been written. */
  wake(): void;
  /** True when everything read is settled and nothing written before now is unread. */
  idle(): boolean;
  /** When the oldest record that is not handled arrived. */
  readonly oldestArrival: number | undefined;
  /** Waits up to `graceMs` (2 s) for batches in flight. */
  stop(graceMs?: number): Promise<void>;
}

/** What a shard's consumer works with. */
export interface ShardConsumerOptions {
  readonly mapping: StreamMapping;
  readonly shard: Shard;
  readonly source: StreamSource;
  readonly checkpoints: MappingCheckpoints;
  readonly lambda: Pick<LambdaService, "invoke">;
  readonly destination: FailureDestination | undefined;
  readonly counters: MappingCounters;
  /** Counts the writes that the front endpoint has seen. */
  readonly writes: () => number;
  readonly timeScale: number;
  /** Called at the end of a closed shard, once all its records are settled; not after `stop`. */
  readonly finished: () => void;
}

/** Consumes a shard from its checkpoint, or from its oldest record. Reads ahead while batches are being handled. */
export function createShardConsumer(options: ShardConsumerOptions): ShardConsumer {
  const { mapping, shard, source, checkpoints, writes } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const written = createWakeUp();
  /** Rings when a lane took a batch, and when everything read is settled. */
  const moved = createWakeUp();
  let closed = false;
  /** The number of writes before the latest read that found nothing new. */
  let readUpTo = -1;

  const progress = createShardProgress((sequenceNumber) => {
    if (!closed) checkpoints.store(shard.id, { kind: "after", sequenceNumber });
  });
  const reader = createShardReader(source, shard, checkpoints.position(shard.id) ?? { kind: "oldest" });
  const deliver = createBatchDelivery({
    mapping,
    lambda: options.lambda,
    counters: options.counters,
    settle(items) {
      progress.settle(items);
      if (progress.outstanding === 0) moved.wake();
    },
    discard: (batch) => options.destination?.send(batch, shard.id, source.publicArn),
    timeScale: options.timeScale,
    signal,
  });
  const lanes = Array.from({ length: mapping.parallelizationFactor }, () =>
    createStreamLane({
      batchSize: mapping.batchSize,
      windowMs: mapping.maximumBatchingWindowSeconds * 1_000 * options.timeScale,
      deliver,
      taken: () => moved.wake(),
      signal,
    }),
  );
  const accepts = compileFilters(mapping.filters, "dynamodb");
  const readAhead = 2 * mapping.batchSize * mapping.parallelizationFactor;

  function enoughRead(): boolean {
    const waiting = lanes.reduce((sum, lane) => sum + lane.waiting, 0);
    const bytes = lanes.reduce((sum, lane) => sum + lane.waitingBytes, 0);
    return waiting >= readAhead || bytes >= READ_AHEAD_BYTES;
  }

  /** Gives records to their lanes; those that a filter refuses are done with. */
  function distribute(items: readonly StreamItem[]): void {
    progress.read(items);
    progress.settle(items.filter(({ text }) => !accepts(text)));
    for (const item of items) if (accepts(item.text)) lanes[laneOf(item.partitionKey, lanes.length)]?.push(item);
  }

  const pace = createReadPace();

  /** Reads until the shard ends. */
  async function follow(): Promise<void> {
    let errors = 0;
    while (!signal.aborted) {
      if (enoughRead()) {
        await moved.wait(signal);
        continue;
      }
      const writesBefore = writes();
      const began = performance.now();
      try {
        const { items, ended } = await reader.read();
        errors = 0;
        options.counters.problem = undefined;
        distribute(items);
        if (ended) return;
        readUpTo = items.length === 0 ? writesBefore : -1;
      } catch (error) {
        options.counters.problem = `shard ${shard.id} cannot be read: ${String(error)}`;
        await pause(Math.min(ERROR_BACKOFF_MS.first * 2 ** Math.min(errors, 10), ERROR_BACKOFF_MS.last), signal);
        errors += 1;
        continue;
      }
      if (readUpTo === writes()) pace.quiet();
      else await pause(pace.rest(performance.now() - began), signal);
      await news();
    }
  }

  /** Returns at once when there were writes since the last empty read, else at the next one or when it is time to poll. */
  async function news(): Promise<void> {
    const pollAt = performance.now() + POLL_INTERVAL_MS;
    while (readUpTo === writes() && performance.now() < pollAt && !signal.aborted) {
      await written.wait(signal, pollAt - performance.now());
    }
  }

  async function consume(): Promise<void> {
    await follow();
    while (progress.outstanding > 0 && !signal.aborted) await moved.wait(signal);
    if (signal.aborted) return;
    stopping.abort();
    options.finished();
  }

  const consuming = consume();

  return {
    wake: () => written.wake(),
    idle: () => progress.outstanding === 0 && readUpTo === writes(),
    get oldestArrival() {
      return progress.oldest?.arrivedAt;
    },
    async stop(graceMs = STOP_GRACE_MS) {
      stopping.abort();
      await settledWithin([consuming, ...lanes.map((lane) => lane.ended)], graceMs);
      closed = true;
    },
  };
}
