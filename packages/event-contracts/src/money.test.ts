import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  AMOUNT_DECIMALS,
  AMOUNT_WHOLE_DIGITS,
  canonicalAmount,
  InvalidAmount,
  isAmount,
  isSignedAmount,
  sumAmounts,
} from "./money.ts";

const units = fc.bigInt({ min: -(10n ** 19n) + 1n, max: 10n ** 19n - 1n });

/** Writes ten-thousandths in full, by other means than the code under test. */
function written(amount: bigint): string {
  const digits = String(amount).replace("-", "").padStart(5, "0");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

describe("an amount", () => {
  test.each(["0", "0.0", "0.0001", "1", "14.62", "14.6200", "957.5775", "999999999999999.9999"])(
    "may be %s",
    (text) => {
      expect(isAmount(text)).toBe(true);
      expect(isSignedAmount(text)).toBe(true);
    },
  );

  test.each([
    ["", "nothing"],
    ["-1", "a sign"],
    ["-0", "minus zero"],
    ["+1", "a plus"],
    ["1e400", "an exponent"],
    ["1e2", "an exponent"],
    ["NaN", "no number"],
    ["Infinity", "no number"],
    ["1,000.00", "separators"],
    ["1.00001", "5 decimals"],
    ["007", "leading zeros"],
    [".5", "nothing before the point"],
    ["5.", "nothing after the point"],
    [" 1", "a space"],
    ["1\n", "a line break"],
    ["0x10", "another base"],
    ["١٢", "other digits"],
    ["1000000000000000", "16 digits"],
  ])("may not be %j (%s)", (text) => {
    expect(isAmount(text)).toBe(false);
  });

  test("may be negative where it is signed, but not minus zero", () => {
    expect(isSignedAmount("-383.031")).toBe(true);
    expect(isSignedAmount("-0")).toBe(false);
    expect(isSignedAmount("-0.0000")).toBe(false);
    expect(isSignedAmount("-0.0001")).toBe(true);
    expect(isSignedAmount("--1")).toBe(false);
  });
});

test("an amount has as many digits as its limits say, and no more", () => {
  const largest = `${"9".repeat(AMOUNT_WHOLE_DIGITS)}.${"9".repeat(AMOUNT_DECIMALS)}`;
  expect(isAmount(largest)).toBe(true);
  expect(isAmount(`9${largest}`)).toBe(false);
  expect(isAmount(`${largest}9`)).toBe(false);
});

test("a sum is exact where floats are not", () => {
  expect(sumAmounts(["0.1", "0.2"])).toBe("0.3");
  expect(sumAmounts(["999999999999999.9999", "0.0001"])).toBe("1000000000000000");
  expect(sumAmounts(["957.5775", "-957.5775"])).toBe("0");
  expect(sumAmounts([])).toBe("0");
});

test("a sum of any amounts is the sum of their ten-thousandths", () => {
  fc.assert(
    fc.property(fc.array(units), (amounts) => {
      const sum = amounts.reduce((total, amount) => total + amount, 0n);
      expect(sumAmounts(amounts.map(written))).toBe(canonicalOf(sum));
    }),
  );
});

test("an amount has one canonical form, which is an amount and means the same", () => {
  expect(canonicalAmount("14.6200")).toBe("14.62");
  expect(canonicalAmount("10.0")).toBe("10");
  expect(canonicalAmount("-0.5000")).toBe("-0.5");
  fc.assert(
    fc.property(units, (amount) => {
      fc.pre(amount !== 0n);
      const canonical = canonicalAmount(written(amount));
      expect(isSignedAmount(canonical)).toBe(true);
      expect(canonicalAmount(canonical)).toBe(canonical);
      expect(sumAmounts([canonical, written(-amount)])).toBe("0");
    }),
  );
});

test.each([
  ["01.50", "a leading zero"],
  ["+1.5", "a plus"],
  ["-0", "minus zero"],
  ["-0.00", "minus zero"],
  ["1e3", "an exponent"],
])("%s (%s) is refused, not rewritten", (text) => {
  expect(isSignedAmount(text)).toBe(false);
});

test("arithmetic refuses what is no amount", () => {
  expect(() => sumAmounts(["1", "1e400"])).toThrow(InvalidAmount);
  expect(() => sumAmounts(["1,000"])).toThrow(expect.objectContaining({ code: "INVALID_AMOUNT", text: "1,000" }));
});

function canonicalOf(amount: bigint): string {
  return written(amount).replace(/\.?0+$/, "");
}
