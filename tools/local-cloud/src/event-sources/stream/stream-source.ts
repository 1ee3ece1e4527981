import type { StreamItem } from "./stream-event.ts";

/** A shard of a stream. */
export interface Shard {
  readonly id: string;
  /** The shard that it continues: its records come first. */
  readonly parentId?: string;
  /** The stream's ARN as the service knows it. */
  readonly streamArn: string;
}

/** Where reading a shard begins: at its oldest record, or after a record. */
export type ShardPosition = { readonly kind: "oldest" } | { readonly kind: "after"; readonly sequenceNumber: string };

/** Records read at once. */
export interface Page {
  readonly items: readonly StreamItem[];
  /** Iterator of the next page; absent at the end of a closed shard. */
  readonly next?: string;
}

/** A stream that can be read. Errors carry the service's name for them, `ExpiredIteratorException` and so on, as `name`. */
export interface StreamSource {
  /** The stream's ARN in public form, once `shards` was asked. */
  readonly publicArn: string;
  /** All shards that still exist, closed ones too. */
  shards(): Promise<readonly Shard[]>;
  iterator(shard: Shard, position: ShardPosition): Promise<string>;
  /** Up to 1,000 records or 1 MB. An open shard without news gives an empty page. */
  page(shard: Shard, iterator: string): Promise<Page>;
  close(): void;
}
