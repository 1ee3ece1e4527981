import { expect, it } from "vitest";
import { BACKOFF_BASE_MS, BACKOFF_CAP_MS, fullJitter } from "./backoff.ts";

it("draws a pause evenly below a bound that doubles up to the cap", () => {
  const nearlyOne = () => 1 - Number.EPSILON;
  expect(fullJitter(1, () => 0)).toBe(0);
  expect(fullJitter(1, nearlyOne)).toBe(BACKOFF_BASE_MS - 1);
  expect(fullJitter(2, nearlyOne)).toBe(2 * BACKOFF_BASE_MS - 1);
  expect(fullJitter(50, nearlyOne)).toBe(BACKOFF_CAP_MS - 1);
  expect(fullJitter(4, () => 0.5)).toBe(4 * BACKOFF_BASE_MS);
});
