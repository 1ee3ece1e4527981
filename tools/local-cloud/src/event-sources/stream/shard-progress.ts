import type { StreamItem } from "./stream-event.ts";

/** What was read of a shard and is not handled yet, in the shard's order. */
export interface ShardProgress {
  /** Records were read, in the order of the shard. */
  read(items: readonly StreamItem[]): void;
  /** Records were handled, in any order: succeeded, filtered out or given up. */
  settle(items: readonly StreamItem[]): void;
  readonly outstanding: number;
  /** The oldest record not handled. */
  readonly oldest: StreamItem | undefined;
}

/**
 * Follows the records of a shard whose lanes settle them out of order. `checkpoint` is called with the sequence number
 * up to which every record is settled, whenever that moves: a restart from there repeats records, and loses none.
 */
export function createShardProgress(checkpoint: (sequenceNumber: string) => void): ShardProgress {
  let waiting: StreamItem[] = [];
  const settled = new Set<string>();
  return {
    read(items) {
      waiting.push(...items);
    },
    settle(items) {
      for (const { sequenceNumber } of items) settled.add(sequenceNumber);
      let count = 0;
      let last: string | undefined;
      for (const { sequenceNumber } of waiting) {
        if (!settled.delete(sequenceNumber)) break;
        last = sequenceNumber;
        count += 1;
      }
      if (last === undefined) return;
      waiting = waiting.slice(count);
      checkpoint(last);
    },
    get outstanding() {
      return waiting.length;
    },
    get oldest() {
      return waiting[0];
    },
  };
}
