import { setTimeout as delay } from "node:timers/promises";

/** Waits `ms` milliseconds or until the signal aborts, whichever comes first. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await delay(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}

/** Resolves when the work does or after `ms`, whichever comes first; a rejection counts as an end. */
export async function settledWithin(work: readonly Promise<unknown>[], ms: number): Promise<void> {
  const limit = new AbortController();
  await Promise.race([Promise.allSettled(work), pause(ms, limit.signal)]);
  limit.abort();
}
