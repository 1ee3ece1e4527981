import { expect, it } from "vitest";
import { systemClock } from "./clock.ts";

it("sleeps for the time given, and wakes early and quietly when the signal is aborted", async () => {
  const before = performance.now();
  await systemClock.sleep(20);
  expect(performance.now() - before).toBeGreaterThanOrEqual(15);
  const stop = new AbortController();
  const asleep = systemClock.sleep(60_000, stop.signal);
  stop.abort();
  await asleep;
  await systemClock.sleep(60_000, stop.signal);
  expect(performance.now() - before).toBeLessThan(30_000);
});
