import { fullJitter } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import { StoreFailure } from "./store-failure.ts";
import type { Attributes, ItemRef, Store } from "./store.ts";

/** What reading one item takes. */
export interface ReadItemOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: () => number;
  readonly remainingMs: () => number;
}

/**
 * Reads one item, trying again with full jitter until the time is up.
 *
 * @throws StoreFailure when the store refuses for good or the time is up
 */
export async function readItem(
  { store, clock, random, remainingMs }: ReadItemOptions,
  ref: ItemRef,
): Promise<Attributes | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      const [item] = await store.read([ref]);
      return item;
    } catch (error) {
      const pauseMs = fullJitter(tries, random);
      if (!(error instanceof StoreFailure) || !error.retryable || pauseMs >= remainingMs()) throw error;
      await clock.sleep(pauseMs);
    }
  }
}
