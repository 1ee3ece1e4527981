import type { StoreFailure } from "./store-failure.ts";

/** A value that every store keeps exactly: JSON, without `undefined`. Numbers must be safe for JavaScript. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** The attributes of one item, by name. */
export type Attributes = { readonly [name: string]: JsonValue };

/** The primary key of one item: its partition key and, where the table has one, its sort key. */
export type ItemKey = Readonly<Record<string, string | number>>;

/** Where one item lives. */
export interface ItemRef {
  readonly table: string;
  readonly key: ItemKey;
}

/**
 * One guarded change of one item, atomic by itself.
 *
 * - `insert` creates the item (`item` leaves the key out); its condition is that none exists.
 * - `update` sets top-level attributes; its condition is that the item exists and equals `where`.
 *
 * `where` and `set` are never empty and name no key attribute: a write without a guard is a validation failure. Equality
 * is the only condition there is, and markers go by their time to live, so nothing is ever deleted here.
 */
export type Write =
  | { readonly kind: "insert"; readonly item: Attributes }
  | { readonly kind: "update"; readonly set: Attributes; readonly where: Attributes };

/** One guarded change and the item that it changes. */
export interface ItemWrite extends ItemRef {
  readonly write: Write;
}

/**
 * What became of one write.
 *
 * - `written`: it happened.
 * - `condition-failed`: its guard did not hold. `item` is what it met, where the service quotes it; else it must be read.
 * - `throttled`: try again.
 * - Either with `unanswered`: a try of this call got no answer and may have written. A guard that did not hold may have
 *   met this very write.
 * - `failed`: it did not happen and will not here. `code` is DynamoDB's of a batch statement: `AccessDenied`,
 *   `ResourceNotFound`, `ValidationError` (an item over 400 KB, a write without a guard) and others.
 */
export type WriteResult =
  | { readonly kind: "written" }
  | { readonly kind: "condition-failed"; readonly unanswered?: true; readonly item?: Attributes }
  | { readonly kind: "throttled"; readonly error: unknown; readonly unanswered?: true }
  | { readonly kind: "failed"; readonly code: string; readonly error: unknown };

/** What became of a transaction; `condition-failed` names the positions of the writes whose guard did not hold. */
export type TransactResult =
  | { readonly kind: "written" }
  | { readonly kind: "condition-failed"; readonly positions: readonly number[] }
  | { readonly kind: "throttled"; readonly error: unknown }
  | { readonly kind: "failed"; readonly code: string; readonly error: unknown };

/** What became of reading one item: as it is stored, no `item` where there is none; or why it could not be read. */
export type ReadResult =
  | { readonly kind: "read"; readonly item?: Attributes }
  | { readonly kind: "failed"; readonly error: StoreFailure };

/**
 * The port that every strategy stands on. A store promises that writes to one item are linearizable, that `read`
 * sees every write that was answered before it, and nothing else; `store-contract.ts` tests it.
 */
export interface ItemStore {
  /**
   * Applies every write on its own, in as few calls as the service allows, and answers in the same order.
   * Never throws for what the service answers. Writes of one item inside the batch happen in the order given.
   */
  write(batch: readonly ItemWrite[]): Promise<readonly WriteResult[]>;
  /**
   * Reads items as they are now (consistent), each by itself, in as few calls as the service allows, and answers in the
   * same order. Never throws for what the service answers: an item that cannot be read holds up no other.
   */
  read(refs: readonly ItemRef[]): Promise<readonly ReadResult[]>;
}

/** A store that also changes several items at once. */
export interface Store extends ItemStore {
  /** Applies all writes or none. At most {@link MAX_TRANSACTION_WRITES}, no two of one item, or it fails. */
  transact(writes: readonly ItemWrite[]): Promise<TransactResult>;
}

/** The most writes one transaction takes (AWS: TransactWriteItems). */
export const MAX_TRANSACTION_WRITES = 100;
