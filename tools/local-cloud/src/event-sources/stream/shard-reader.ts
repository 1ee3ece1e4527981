import type { StreamItem } from "./stream-event.ts";
import type { Shard, ShardPosition, StreamSource } from "./stream-source.ts";

/** What one read of a shard gave. */
export interface ShardRead {
  readonly items: readonly StreamItem[];
  /** The shard is closed and read to its end, or it is gone. */
  readonly ended: boolean;
}

/** Reads a shard forward. */
export interface ShardReader {
  /**
   * The next records. A lost iterator (expired, of a restarted DynamoDB Local, over trimmed data) is opened again where
   * reading stood, within this call; any other error is thrown, and the next call tries again from there.
   */
  read(): Promise<ShardRead>;
}

/** A reader that begins at `position`. Where that was trimmed away it goes on with the oldest record that is left. */
export function createShardReader(source: StreamSource, shard: Shard, position: ShardPosition): ShardReader {
  let iterator: string | undefined;

  async function next(): Promise<ShardRead> {
    const current = iterator ?? (await source.iterator(shard, position));
    // Forgotten while in use: after an error the next call opens one from the position.
    iterator = undefined;
    const { items, next: following } = await source.page(shard, current);
    const last = items.at(-1);
    if (last) position = { kind: "after", sequenceNumber: last.sequenceNumber };
    iterator = following;
    return { items, ended: following === undefined };
  }

  /** True for an error that a fresh iterator mends. */
  function recoverable(error: unknown): boolean {
    const name = error instanceof Error ? error.name : "";
    if (name === "TrimmedDataAccessException") position = { kind: "oldest" };
    return ["TrimmedDataAccessException", "ExpiredIteratorException", "ValidationException"].includes(name);
  }

  async function gone(error: unknown): Promise<boolean> {
    if (!(error instanceof Error) || error.name !== "ResourceNotFoundException") return false;
    return !(await source.shards()).some(({ id }) => id === shard.id);
  }

  return {
    async read() {
      try {
        return await next();
      } catch (error) {
        if (await gone(error)) return { items: [], ended: true };
        if (recoverable(error)) return await next();
        throw error;
      }
    },
  };
}
