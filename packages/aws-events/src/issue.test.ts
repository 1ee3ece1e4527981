import * as fc from "fast-check";
import { expect, test } from "vitest";
import { issueAt, joinPath } from "./issue.ts";

test.each([
  [undefined, "nothing"],
  [null, "null"],
  ["", '""'],
  ["12.5", '"12.5"'],
  [12.5, "12.5"],
  [true, "true"],
  [[1, 2], "array of 2"],
  [{ secret: 1 }, "object"],
])("what was received is described without its content where it has parts: %j", (received, description) => {
  expect(issueAt("", "x", received).received).toBe(description);
});

test("text that was received is cut to 100 characters and has no raw control characters, whatever it is", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }), (units) => {
      const text = String.fromCharCode(...units);
      const { received } = issueAt("", "x", text);
      expect(received.length).toBeLessThanOrEqual(100);
      expect(received).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff]/u);
    }),
    { numRuns: 500 },
  );
  expect(issueAt("", "x", "y".repeat(2_000_000)).received).toBe(`"${"y".repeat(98 - 1)}…"`);
  expect(issueAt("", "x", "\ud800").received).toBe('"\\ud800"');
  expect(issueAt("", "x", "A\u200b\u202e\ufeff").received).toBe('"A\\u200b\\u202e\\ufeff"');
});

test("a path reads like code, and quotes what code could not say", () => {
  expect(joinPath(joinPath(joinPath("", "Records"), 0), "s3")).toBe("Records[0].s3");
  expect(joinPath("a", "x-y")).toBe('a["x-y"]');
  expect(joinPath("", "")).toBe('[""]');
  expect(issueAt("p".repeat(5000), "x", 1).path).toHaveLength(200);
});
