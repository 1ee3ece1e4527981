import type { DatabaseSync } from "node:sqlite";
import type { ShardPosition } from "./stream-source.ts";

/** How far one mapping has come in each shard: kept in the state database, so that a restart goes on from there. */
export interface MappingCheckpoints {
  /** True before the mapping's first checkpoint. */
  empty(): boolean;
  position(shardId: string): ShardPosition | undefined;
  /** Everything up to this position is handled. */
  store(shardId: string, position: ShardPosition): void;
  /** Forgets shards that are not among these any more: DynamoDB drops one a day after it ended. */
  forgetAllBut(shardIds: readonly string[]): void;
}

/** The checkpoints of all stream mappings, one row a mapping and shard. An empty sequence number is the shard's beginning. */
export function createStreamCheckpoints(state: DatabaseSync): { of(mappingUuid: string): MappingCheckpoints } {
  state.exec(`CREATE TABLE IF NOT EXISTS stream_checkpoints (
    mapping TEXT NOT NULL, shard TEXT NOT NULL, sequence TEXT NOT NULL, PRIMARY KEY (mapping, shard)) WITHOUT ROWID`);
  const any = state.prepare("SELECT 1 FROM stream_checkpoints WHERE mapping = ? LIMIT 1");
  const one = state.prepare("SELECT sequence FROM stream_checkpoints WHERE mapping = ? AND shard = ?");
  const put = state.prepare("INSERT OR REPLACE INTO stream_checkpoints (mapping, shard, sequence) VALUES (?, ?, ?)");
  // A mapping without a row is one that was never started, so the last rows stay until one of these shards has its own.
  const forget = state.prepare(`DELETE FROM stream_checkpoints
    WHERE mapping = ?1 AND shard NOT IN (SELECT value FROM json_each(?2))
    AND EXISTS (SELECT 1 FROM stream_checkpoints WHERE mapping = ?1 AND shard IN (SELECT value FROM json_each(?2)))`);
  return {
    of: (mapping) => ({
      empty: () => any.get(mapping) === undefined,
      position(shardId) {
        const sequence = one.get(mapping, shardId)?.["sequence"];
        if (typeof sequence !== "string") return undefined;
        return sequence === "" ? { kind: "oldest" } : { kind: "after", sequenceNumber: sequence };
      },
      store(shardId, position) {
        put.run(mapping, shardId, position.kind === "oldest" ? "" : position.sequenceNumber);
      },
      forgetAllBut(shardIds) {
        forget.run(mapping, JSON.stringify(shardIds));
      },
    }),
  };
}
