import { randomUUID } from "node:crypto";
import { fullJitter } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import { expiryAfter, isExpired, numberOf, textOf } from "./marker.ts";
import { MissingKey } from "./missing-key.ts";
import { readItem } from "./read-item.ts";
import { StoreFailure } from "./store-failure.ts";
import type { Attributes, ItemWrite, Store } from "./store.ts";

/** Where markers live and how long. */
export interface TransactOptions {
  readonly store: Store;
  /** A table with the partition key `id` and the time-to-live attribute `expiresAt`. */
  readonly table: string;
  /** How long a marker is kept: longer than any duplicate may come late. */
  readonly ttlSeconds: number;
  readonly clock?: Clock;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random?: () => number;
  /** A fresh token for each run; must never repeat. */
  readonly token?: () => string;
}

/** What makes the effects happen once: a key, and what tells this work from other work under the same key. */
export interface TransactRequest {
  readonly key: string;
  /** See `fingerprint`. */
  readonly fingerprint: string;
  /** Milliseconds until the work must be over. */
  readonly remainingMs: () => number;
}

/** How a run ended; `condition-failed` names the positions of the effects whose own guard did not hold: nothing was written. */
export type TransactOutcome =
  | { readonly kind: "applied" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "conflict"; readonly stored: string; readonly given: string }
  | { readonly kind: "condition-failed"; readonly positions: readonly number[] };

/** Applies several writes once. */
export interface Transact {
  /**
   * @throws MissingKey; StoreFailure when the store fails for good or does not answer before the time is up
   */
  run(request: TransactRequest, effects: readonly ItemWrite[]): Promise<TransactOutcome>;
}

/**
 * The **transact** strategy: the effects are several items, in any tables. Experimental: its tests are as thorough as those of
 * the other two, but no service takes it yet, and its shape may change.
 *
 * Guarantee: exactly once while the marker lives: marker and effects are one transaction. A lost answer is known for
 * one's own by the token in the marker. Cost of a new key: one call and 2 × (effects + 1) write units. Limit: 99 effects, 4 MB together (AWS: TransactWriteItems).
 *
 * ```ts
 * const transact = createTransact({ store, table, ttlSeconds: 7 * 86_400 });
 * const outcome = await transact.run({ key, fingerprint, remainingMs }, [debit, credit]);
 * ```
 */
export function createTransact(options: TransactOptions): Transact {
  return { run: transactOver(options) };
}

function transactOver(options: TransactOptions): Transact["run"] {
  const { store, table, ttlSeconds, clock = systemClock, random = Math.random, token = randomUUID } = options;

  return async ({ key, fingerprint, remainingMs }, effects) => {
    if (key === "") throw new MissingKey("key");
    if (fingerprint === "") throw new MissingKey("fingerprint");
    const ref = { table, key: { id: key } };
    const owner = token();
    let met: Marker | undefined;
    let lastError: unknown;
    for (let retries = 0; ;) {
      const pauseMs = retries === 0 ? 0 : fullJitter(retries, random);
      if (pauseMs >= remainingMs()) throw new StoreFailure({ reason: "DEADLINE", retryable: true, cause: lastError });
      if (pauseMs > 0) await clock.sleep(pauseMs);

      const marker = { owner, fingerprint, expiresAt: expiryAfter(clock.now(), ttlSeconds) };
      const result = await store.transact([{ ...ref, write: claimOf(marker, met) }, ...effects]);
      if (result.kind === "written") return { kind: "applied" };
      if (result.kind === "failed")
        throw new StoreFailure({ reason: result.code, retryable: false, cause: result.error });
      retries += 1;
      if (result.kind === "throttled") {
        lastError = result.error;
        continue;
      }
      const item = await readItem({ store, clock, random, remainingMs }, ref);
      const stored = item === undefined ? undefined : markerOf(item);
      if (stored?.owner === owner) return { kind: "applied" };
      if (stored !== undefined && !isExpired(stored.expiresAt, clock.now())) {
        if (stored.fingerprint === fingerprint) return { kind: "duplicate" };
        return { kind: "conflict", stored: stored.fingerprint, given: fingerprint };
      }
      // Nobody did this work: it was an effect of its own whose condition failed, unless the marker changed meanwhile.
      if (!result.positions.includes(0)) {
        return { kind: "condition-failed", positions: result.positions.map((position) => position - 1) };
      }
      met = stored;
    }
  };
}

/** What is stored beside the marker's `id`: nothing of the payload but its fingerprint. */
interface Marker {
  readonly owner: string;
  readonly fingerprint: string;
  readonly expiresAt: number;
}

/** Creates the marker, or replaces exactly the expired one that was met. */
function claimOf(marker: Marker, met: Marker | undefined): ItemWrite["write"] {
  if (met === undefined) return { kind: "insert", item: { ...marker } };
  return { kind: "update", set: { ...marker }, where: { owner: met.owner } };
}

function markerOf(item: Attributes): Marker {
  return {
    owner: textOf(item, "owner"),
    fingerprint: textOf(item, "fingerprint"),
    expiresAt: numberOf(item, "expiresAt"),
  };
}
