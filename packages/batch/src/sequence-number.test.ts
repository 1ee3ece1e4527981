import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareSequenceNumbers } from "./sequence-number.ts";

test("sequence numbers compare as the integers they are, of whatever length", () => {
  const number = fc.bigInt({ min: 0n, max: 10n ** 40n });
  fc.assert(
    fc.property(number, number, fc.nat({ max: 5 }), (a, b, zeros) => {
      const sign = Math.sign(compareSequenceNumbers("0".repeat(zeros) + String(a), String(b)));
      expect(sign).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});
