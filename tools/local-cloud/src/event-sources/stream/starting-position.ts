import type { MappingCheckpoints } from "./stream-checkpoints.ts";
import type { ShardPosition, StreamSource } from "./stream-source.ts";

/**
 * Makes `LATEST` durable: stores where each shard ends now. An iterator of type `LATEST` would move on with every restart
 * before the first checkpoint and skip what was written in between, so the shards are read through once instead.
 */
export async function storeLatestPositions(source: StreamSource, checkpoints: MappingCheckpoints): Promise<void> {
  for (const shard of await source.shards()) {
    let position: ShardPosition = { kind: "oldest" };
    let iterator: string | undefined = await source.iterator(shard, position);
    while (iterator !== undefined) {
      const { items, next } = await source.page(shard, iterator);
      const last = items.at(-1);
      if (!last) break;
      position = { kind: "after", sequenceNumber: last.sequenceNumber };
      iterator = next;
    }
    checkpoints.store(shard.id, position);
  }
}
