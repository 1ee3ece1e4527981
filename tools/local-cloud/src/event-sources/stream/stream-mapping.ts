import type { Buckets } from "../../emulators/buckets.ts";
import type { TablesService } from "../../emulators/dynamodb.ts";
import type { Queues } from "../../emulators/queues.ts";
import type { Topics } from "../../emulators/topics.ts";
import type { StreamMapping } from "../../graph/graph.ts";
import type { LambdaService } from "../../lambda/lambda-service.ts";
import { createWakeUp } from "../wake-up.ts";
import { openDynamoDbStream } from "./dynamodb-stream.ts";
import type { EventSource } from "../event-source.ts";
import { createFailureDestination } from "./failure-destination.ts";
import { newCounters, type MappingCounters } from "../mapping-status.ts";
import { createShardConsumer, type ShardConsumer } from "./shard-consumer.ts";
import { storeLatestPositions } from "./starting-position.ts";
import type { MappingCheckpoints } from "./stream-checkpoints.ts";
import type { Shard, StreamSource } from "./stream-source.ts";

/** Asks for new shards this often where no shard ended; a shard that ended is followed up at once. */
const DISCOVERY_INTERVAL_MS = 10_000;

/** And this often while there is no shard to read, or after an error. */
const RETRY_INTERVAL_MS = 250;

/** What a stream's mapping works with. */
export interface StreamMappingOptions {
  readonly mapping: StreamMapping;
  readonly checkpoints: MappingCheckpoints;
  readonly tables: TablesService;
  readonly queues: Pick<Queues, "send">;
  readonly topics: Pick<Topics, "publish">;
  readonly buckets: Pick<Buckets, "put">;
  readonly lambda: Pick<LambdaService, "invoke">;
  readonly region: string;
  /** Factor on the batching window, retry waits and record age. */
  readonly timeScale: number;
  /** Counts on from these. */
  readonly counters?: MappingCounters;
  /** Reads the stream; DynamoDB Local's by default. */
  readonly openStream?: (signal: AbortSignal) => StreamSource;
}

/**
 * The event source mapping of a DynamoDB stream (AWS: with-ddb, services-ddb-params).
 *
 * Every shard is read from its checkpoint on, a child only when its parent is handled to its end. Records of one partition
 * key reach the function in order, at least once. A lost iterator, a shard that rolls over or a DynamoDB Local that
 * is away for a while delay the mapping and never end it.
 */
export function createStreamMapping(options: StreamMappingOptions): EventSource {
  const { mapping, checkpoints, tables } = options;
  const counters = options.counters ?? newCounters();
  const stopping = new AbortController();
  const { signal } = stopping;
  const source =
    options.openStream?.(signal) ??
    openDynamoDbStream({ tables, tableName: mapping.tableName, region: options.region, signal });
  const destination =
    mapping.onFailure === undefined
      ? undefined
      : createFailureDestination({
          ...options,
          arn: mapping.onFailure,
          mappingUuid: mapping.uuid,
          functionArn: mapping.functionArn,
        });
  const consumers = new Map<string, ShardConsumer>();
  const finished = new Set<string>();
  const shardEnded = createWakeUp();
  let writes = 0;
  /** The number of writes before the shards were last listed, with none to read. */
  let nothingUpTo = -1;
  let supervising: Promise<void> | undefined;
  let unsubscribe: (() => void) | undefined;

  /** Starts a consumer for every shard whose parent is handled, or is gone. */
  async function discover(): Promise<void> {
    const writesBefore = writes;
    const shards = await source.shards();
    const unfinished = new Set(shards.map(({ id }) => id).filter((id) => !finished.has(id)));
    for (const shard of shards) {
      const waitsForParent = shard.parentId !== undefined && unfinished.has(shard.parentId);
      if (unfinished.has(shard.id) && !waitsForParent && !consumers.has(shard.id)) consume(shard);
    }
    checkpoints.forgetAllBut(shards.map(({ id }) => id));
    nothingUpTo = writesBefore;
  }

  function consume(shard: Shard): void {
    const finish = () => {
      finished.add(shard.id);
      consumers.delete(shard.id);
      nothingUpTo = -1;
      shardEnded.wake();
    };
    const consumer = createShardConsumer({
      ...options,
      shard,
      source,
      destination,
      counters,
      writes: () => writes,
      finished: finish,
    });
    consumers.set(shard.id, consumer);
  }

  async function supervise(): Promise<void> {
    let waitMs = DISCOVERY_INTERVAL_MS;
    while (!signal.aborted) {
      await shardEnded.wait(signal, waitMs);
      if (signal.aborted) return;
      try {
        await discover();
        waitMs = consumers.size === 0 ? RETRY_INTERVAL_MS : DISCOVERY_INTERVAL_MS;
      } catch (error) {
        // DynamoDB Local is away or the table is being made again: asked again soon.
        counters.problem = `the stream of ${mapping.tableName} cannot be read: ${String(error)}`;
        waitMs = RETRY_INTERVAL_MS;
      }
    }
  }

  return {
    async start() {
      unsubscribe = tables.onWrite(() => {
        writes += 1;
        for (const consumer of consumers.values()) consumer.wake();
        if (consumers.size === 0) shardEnded.wake();
      });
      if (mapping.startingPosition === "LATEST" && checkpoints.empty()) await storeLatestPositions(source, checkpoints);
      await discover();
      supervising = supervise();
    },
    idle() {
      if (supervising === undefined) return false;
      if (consumers.size === 0) return nothingUpTo === writes;
      return [...consumers.values()].every((consumer) => consumer.idle());
    },
    status() {
      const arrivals = [...consumers.values()].map(({ oldestArrival }) => oldestArrival ?? Number.POSITIVE_INFINITY);
      return [
        {
          uuid: mapping.uuid,
          source: mapping.eventSourceArn,
          target: mapping.functionName,
          kind: "dynamodb",
          ...counters,
          iteratorAgeMs: Math.max(0, Date.now() - Math.min(Date.now(), ...arrivals)),
        },
      ];
    },
    async stop(graceMs) {
      unsubscribe?.();
      stopping.abort();
      await Promise.all([supervising, ...[...consumers.values()].map((consumer) => consumer.stop(graceMs))]);
      source.close();
    },
  };
}
