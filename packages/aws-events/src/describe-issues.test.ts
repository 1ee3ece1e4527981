import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cutToBytes, describeIssues, MAX_REASON_BYTES } from "./describe-issues.ts";
import { issueAt } from "./issue.ts";

test("issues become one line", () => {
  const issues = [issueAt("data.total", "a number", "x"), issueAt("", "an object", null)];
  expect(describeIssues(issues)).toBe('data.total: expected a number, received "x"; expected an object, received null');
  expect(describeIssues([])).toBe("");
});

test("a line of many issues keeps within the limit of a reason, in bytes", () => {
  const issues = Array.from({ length: 50 }, (_, index) =>
    issueAt(`lines[${index}].ü`, "ä".repeat(50), "ö".repeat(200)),
  );
  const reason = describeIssues(issues);
  expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(MAX_REASON_BYTES);
  expect(Buffer.byteLength(reason)).toBeGreaterThan(MAX_REASON_BYTES - 8);
  expect(reason.endsWith("…")).toBe(true);
});

test("a cut never splits a character, and nothing is cut that fits", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 3, max: 40 }), (text, maxBytes) => {
      const cut = cutToBytes(text, maxBytes);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes);
      expect(cut.isWellFormed()).toBe(true);
      if (Buffer.byteLength(text) <= maxBytes) expect(cut).toBe(text);
      else expect(text.startsWith(cut.slice(0, -1))).toBe(true);
    }),
    { numRuns: 500 },
  );
});
