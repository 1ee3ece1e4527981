import { vi } from "vitest";

/** Runs `work` on a clock that jumps to the next timer as soon as there is nothing else to do: what takes how long is exact. */
export async function onFakeClock(work: () => Promise<void>): Promise<void> {
  vi.useFakeTimers();
  try {
    await Promise.all([work(), vi.runAllTimersAsync()]);
  } finally {
    vi.useRealTimers();
  }
}
