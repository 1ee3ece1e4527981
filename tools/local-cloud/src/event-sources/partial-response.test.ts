import { describe, expect, test } from "vitest";
import { readBatchResponse } from "./partial-response.ts";

const batch = new Set(["a", "b", "c"]);
const read = (payload: unknown) =>
  readBatchResponse(typeof payload === "string" ? payload : JSON.stringify(payload), batch);
const items = (...identifiers: unknown[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

describe("the whole batch succeeds", () => {
  test.each([
    ["no answer", ""],
    ["a null response", "null"],
    ["an empty string", '""'],
    ["an empty list", "[]"],
    ["an empty object", "{}"],
    ["an object without batchItemFailures", '{"statusCode":200}'],
    ["null batchItemFailures", '{"batchItemFailures":null}'],
    ["empty batchItemFailures", '{"batchItemFailures":[]}'],
  ])("on %s", (_, payload) => {
    expect(readBatchResponse(payload, batch)).toEqual({ kind: "succeeded" });
  });
});

describe("the whole batch fails", () => {
  test.each([
    ["text that is not JSON", '{"batchItemFailures":['],
    ["a string", '"done"'],
    ["a number", "1"],
    ["a list of something", "[1]"],
    ["batchItemFailures that are no list", { batchItemFailures: "a" }],
    ["an empty itemIdentifier", items("")],
    ["a null itemIdentifier", items(null)],
    ["an itemIdentifier that is no string", items(7)],
    ["an unknown itemIdentifier", items("z")],
    ["an unknown itemIdentifier beside a known one", items("a", "z")],
    ["a wrong key name", { batchItemFailures: [{ foo: "a" }] }],
    ["items that are no objects", { batchItemFailures: ["a"] }],
    ["a null item", { batchItemFailures: [null] }],
  ])("on %s", (_, payload) => {
    expect(read(payload)).toEqual({ kind: "failed" });
  });
});

describe("single records fail", () => {
  test("when they are named", () => {
    expect(read(items("c", "a"))).toEqual({ kind: "partial", failed: new Set(["a", "c"]) });
  });

  test("once, though named twice", () => {
    expect(read(items("a", "a"))).toEqual({ kind: "partial", failed: new Set(["a"]) });
  });
});
