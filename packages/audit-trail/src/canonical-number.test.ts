import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalNumber } from "./canonical-number.ts";

test.each([
  ["0", "0"],
  ["-0.00", "0"],
  ["0E+10", "0"],
  ["1", "1"],
  ["+1.0", "1"],
  ["007", "7"],
  ["1.50", "15e-1"],
  ["15E-1", "15e-1"],
  [".5", "5e-1"],
  ["-957.5775", "-9575775e-4"],
  ["100", "1e2"],
  ["1E+2", "1e2"],
  ["9007199254740993", "9007199254740993"],
])("%s is %s", (text, canonical) => {
  expect(canonicalNumber(text)).toBe(canonical);
});

test("however a number is written, its canonical text is one; another number has another", () => {
  const digits = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n });
  fc.assert(
    fc.property(digits, fc.nat({ max: 30 }), fc.bigInt({ min: 1n, max: 9n }), (integer, zeros, more) => {
      const same = canonicalNumber(`${integer}${"0".repeat(zeros)}E-${zeros}`);
      expect(same).toBe(canonicalNumber(String(integer)));
      expect(canonicalNumber(`${integer}.${"0".repeat(zeros)}`)).toBe(same);
      expect(canonicalNumber(String(integer + more))).not.toBe(same);
    }),
  );
});
