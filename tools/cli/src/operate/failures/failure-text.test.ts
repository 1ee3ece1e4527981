import { describe, expect, it } from "vitest";
import type { Failure } from "./failure.ts";
import { formatFailure, formatFailures } from "./failure-text.ts";

const failure: Failure = {
  id: "0123456789abcdef",
  kind: "upload-exhausted",
  place: "queue of failed uploads",
  what: "uploads/\u001b[2Jfile.csv",
  reason: `RetriesExhausted: ${"long ".repeat(100)}`,
  attempts: 3,
  lastAt: "2024-03-01T08:34:00.123Z",
  facts: { "request id": "r1" },
};

describe("failures on a terminal", () => {
  it("are a line each, cut to the terminal's width, and counted", () => {
    const lines = formatFailures([failure], 180).split("\n");
    expect(lines[2]).toMatch(/^01234567 {2}upload-exhausted {2,}2024-03-01T08:34:00Z +3 {2}uploads\/.*…$/);
    expect(lines[2]?.length).toBeLessThanOrEqual(180);
    expect(lines.at(-2)).toBe("1 failure: 1 upload-exhausted");
  });

  it("show as much of their ids as tells them apart", () => {
    const text = formatFailures([failure, { ...failure, id: "0123456789ffffff" }], 180);
    expect(text).toContain("0123456789ab  ");
    expect(text).toContain("0123456789ff  ");
  });

  it("do not steer it", () => {
    const shown = formatFailure({
      failure,
      content: "\u001b]0;title\u0007 not JSON",
      isDone: () => Promise.resolve(false),
      send: () => Promise.resolve({ kind: "sent", deliveryId: "d" }),
      remove: () => Promise.resolve(),
    });
    for (const text of [shown, formatFailures([failure], 180)])
      for (const control of ["\u001b", "\u0007"]) expect(text).not.toContain(control);
    expect(shown).toContain("\u{fffd}[2Jfile.csv");
  });
});
