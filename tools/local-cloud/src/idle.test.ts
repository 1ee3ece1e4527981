import { expect, test } from "vitest";
import { idleInTime } from "./idle.ts";

const LONG_MS = 60_000;
const never = new AbortController().signal;

test("idle is what is idle at two looks in a row", async () => {
  const looks = [true, false, true, true];
  expect(await idleInTime(() => looks.shift() ?? false, LONG_MS, never)).toBe(true);
  expect(looks).toEqual([]);
});

test("what is not idle in time is not idle", async () => {
  expect(await idleInTime(() => false, 1, never)).toBe(false);
});

test("the wait ends with the abort, whatever time is left", async () => {
  const abort = new AbortController();
  const waiting = idleInTime(() => false, LONG_MS, abort.signal);
  abort.abort();
  expect(await waiting).toBe(false);
});
