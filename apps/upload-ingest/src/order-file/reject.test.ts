import { expect, test } from "vitest";
import { RAW_BYTES, REASON_BYTES, REJECTED_ORDER_ID_BYTES } from "../limits.ts";
import { reject } from "./reject.ts";

const reason = { path: "Sales", expected: "a decimal number", received: '"x"' };
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test("raw text, reasons and order id stay within their limits", () => {
  const rejected = reject(
    { line: 7, raw: "é".repeat(RAW_BYTES) },
    Array.from({ length: 500 }, () => reason),
    "A".repeat(5000),
  );
  expect(Buffer.byteLength(rejected.raw)).toBeLessThanOrEqual(RAW_BYTES);
  expect(Buffer.byteLength(rejected.raw)).toBeGreaterThan(RAW_BYTES - 4);
  expect(bytesOf(rejected.reasons)).toBeLessThanOrEqual(REASON_BYTES + 2);
  expect(rejected.reasons.length).toBeGreaterThan(5);
  expect(Buffer.byteLength(rejected.orderId ?? "")).toBeLessThanOrEqual(REJECTED_ORDER_ID_BYTES);
});

test("there is at least one reason, and no order id where there is none", () => {
  expect(reject({ line: 1, raw: "" }, [reason], "")).toEqual({ line: 1, raw: "", reasons: [reason] });
});
