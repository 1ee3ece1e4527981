import { expect, test } from "vitest";
import { sampling } from "./sampling.ts";

const keys = Array.from({ length: 50_000 }, (_, index) => `CA-2026-${100_000 + index}`);
const chosen = (rate: number) => new Set(keys.filter(sampling(rate)));

test("a rate of 1 chooses every key, and 0 none", () => {
  expect(chosen(1).size).toBe(keys.length);
  expect(chosen(0).size).toBe(0);
});

test.each([0.01, 0.1, 0.5])("of consecutive ids a share of %s is chosen, within a tenth of it", (rate) => {
  const share = chosen(rate).size / keys.length;
  expect(share).toBeGreaterThan(0.9 * rate);
  expect(share).toBeLessThan(1.1 * rate);
});

test("every process chooses the same keys, and a higher rate also those of the lower one", () => {
  expect(keys.slice(0, 200).filter(sampling(0.02))).toEqual([
    "CA-2026-100031",
    "CA-2026-100112",
    "CA-2026-100113",
    "CA-2026-100140",
  ]);
  const more = chosen(0.1);
  expect([...chosen(0.01)].filter((key) => !more.has(key))).toEqual([]);
});

test.each([-0.1, 1.1, NaN])("%s is not a rate", (rate) => {
  expect(() => sampling(rate)).toThrow(RangeError);
});
