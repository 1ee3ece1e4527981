import { expect, test } from "vitest";
import { createReadPace } from "./read-pace.ts";

function clocked() {
  let at = 0;
  const pace = createReadPace(() => at);
  return {
    pace,
    at: () => at,
    pass: (ms: number) => void (at += ms),
    /** A read of so many milliseconds, and the rest after it. */
    read: (ms: number): number => {
      at += ms;
      const rest = pace.rest(ms);
      at += rest;
      return rest;
    },
  };
}

test("where writes never end a quick read is followed by a rest of four times as long", () => {
  const { read, at } = clocked();
  let readMs = 0;
  while (at() < 10_000) {
    read(5);
    readMs += 5;
  }
  expect(readMs / at()).toBeGreaterThan(0.19);
  expect(readMs / at()).toBeLessThan(0.23);
});

test("no rest is longer than 100 ms, however long reads take", () => {
  const { read } = clocked();
  const rests = Array.from({ length: 50 }, () => read(80));
  expect(Math.max(...rests)).toBe(100);
});

test("writes with quiet between them are read without a rest, however slow the reads are and how soon they follow", () => {
  const { pace, read } = clocked();
  const rests = Array.from({ length: 200 }, () => {
    const rest = read(60);
    pace.quiet();
    return rest;
  });
  expect(rests.every((rest) => rest === 0)).toBe(true);
});

test("a write now and then is read at once", () => {
  const { read, pass } = clocked();
  const rests = Array.from({ length: 50 }, () => {
    pass(100);
    return read(20);
  });
  expect(rests.every((rest) => rest === 0)).toBe(true);
});
