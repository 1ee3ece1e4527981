import { describe, expect, it } from "vitest";
import type { Failure } from "./failure.ts";
import { isSelected, parseSince } from "./selection.ts";

const failure: Failure = {
  id: "7b1f-22",
  kind: "order-rejected",
  place: "orders DLQ",
  what: "order A",
  reason: "The body is not JSON",
  firstAt: "2024-03-01T08:00:00.000Z",
  lastAt: "2024-03-01T09:00:00.000Z",
  facts: {},
};

describe("a selection", () => {
  it.each([
    ["nothing named: all", {}, true],
    ["the beginning of its id", { ids: ["other", "7b1f"] }, true],
    ["other ids", { ids: ["22"] }, false],
    ["its kind", { reason: "order-rejected" }, true],
    ["a part of its kind, which is no reason", { reason: "order-reject" }, false],
    ["a part of its reason, in any case", { reason: "not json" }, true],
    ["another reason", { reason: "conflict" }, false],
    ["a time before it failed", { since: Date.parse("2024-03-01T08:30:00Z") }, true],
    ["a time after it failed", { since: Date.parse("2024-03-01T09:30:00Z") }, false],
    ["reason and time together", { reason: "JSON", since: Date.parse("2024-03-01T09:30:00Z") }, false],
  ])("%s", (_, selection, selected) => {
    expect(isSelected(failure, selection)).toBe(selected);
  });

  it("takes what has no time for recent", () => {
    const { firstAt: _first, lastAt: _last, ...timeless } = failure;
    expect(isSelected(timeless, { since: Date.now() })).toBe(true);
  });
});

describe("a time to look back to", () => {
  const now = Date.parse("2024-03-10T12:00:00Z");
  it.each([
    ["90s", "2024-03-10T11:58:30.000Z"],
    ["30m", "2024-03-10T11:30:00.000Z"],
    ["2h", "2024-03-10T10:00:00.000Z"],
    ["3d", "2024-03-07T12:00:00.000Z"],
    ["2024-03-01", "2024-03-01T00:00:00.000Z"],
    ["2024-03-01T08:30:00+01:00", "2024-03-01T07:30:00.000Z"],
  ])("%s", (text, time) => {
    expect(new Date(parseSince(text, now) ?? 0).toISOString()).toBe(time);
  });

  it.each(["", "yesterday", "2", "2w", "-2h", "2024-13-01", "1709281800"])("not %j", (text) => {
    expect(parseSince(text, now)).toBeUndefined();
  });
});
