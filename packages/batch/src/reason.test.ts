import * as fc from "fast-check";
import { expect, test } from "vitest";
import { loggableReason, REASON_LIMIT_BYTES, storableReason } from "./reason.ts";

test("characters that SQS refuses are left out, all others kept", () => {
  expect(storableReason("a\u0000b\u001Fc\uD800d\uFFFEe\tf 😀 ü")).toBe("abcde\tf 😀 ü");
});

test("a reason is never empty", () => {
  expect(storableReason("")).toBe("no reason given");
  expect(storableReason("\u0000 ")).toBe("no reason given");
});

test("whatever the text, a stored reason is legal, not empty and within its limit", () => {
  const limit = fc.integer({ min: 16, max: 3_000 });
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 600 }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)), // lone surrogates too
  );
  fc.assert(
    fc.property(text, limit, (reason, maxBytes) => {
      const stored = storableReason(reason, maxBytes);
      expect(Buffer.byteLength(stored)).toBeLessThanOrEqual(Math.min(maxBytes, REASON_LIMIT_BYTES));
      expect(stored).not.toBe("");
      expect(stored).toMatch(/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u);
    }),
  );
});

test("text out of the payload does not reach a log", () => {
  const reason = 'name: expected text, received "Jane \\"J\\" Roe"; total: expected 2, received "1';
  expect(loggableReason(reason)).toBe('name: expected text, received "…"; total: expected 2, received "…"');
  fc.assert(
    fc.property(fc.string(), fc.nat(), (value, cut) => {
      const whole = `got ${JSON.stringify(value)} and ${JSON.stringify(`<<${value}>>`)}`;
      expect(loggableReason(whole.slice(0, Math.max(4, cut % (whole.length + 1))))).toMatch(
        /^got(?: ?$| "…"(?: (?:a(?:n(?:d(?: (?:"…")?)?)?)?)?)?$)/,
      );
    }),
  );
});
