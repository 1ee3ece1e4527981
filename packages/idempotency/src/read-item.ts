import { fullJitter } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { Attributes, ItemRef, ItemStore, ReadResult } from "./store.ts";

/** What reading one item takes. */
export interface ReadItemOptions {
  readonly store: ItemStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly remainingMs: () => number;
}

/**
 * Reads one item, trying again with full jitter until the time is up.
 *
 * @throws StoreFailure when the store fails for good or the time is up
 */
export async function readItem(
  { store, clock, random, remainingMs }: ReadItemOptions,
  ref: ItemRef,
): Promise<Attributes | undefined> {
  for (let tries = 1; ; tries += 1) {
    const [result] = await store.read([ref]);
    const pauseMs = fullJitter(tries, random);
    const mayDoBetter = result?.kind === "failed" && result.error.retryable && pauseMs < remainingMs();
    if (!mayDoBetter) return itemOf(result);
    await clock.sleep(pauseMs);
  }
}

/**
 * The item that was read.
 *
 * @throws StoreFailure
 */
export function itemOf(result: ReadResult | undefined): Attributes | undefined {
  if (result?.kind === "failed") throw result.error;
  return result?.item;
}
