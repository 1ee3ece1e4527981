import { describe, expect, test } from "vitest";
import { InvalidPattern } from "../filters/invalid-pattern.ts";
import { compileFilters } from "./event-filter.ts";

const record = JSON.stringify({
  eventName: "MODIFY",
  dynamodb: {
    SizeBytes: 52,
    NewImage: { status: { S: "placed" }, total: { N: "12.5" }, gone: { NULL: true } },
    tags: ["a", "b"],
  },
});
const matches = (pattern: object) => compileFilters([JSON.stringify(pattern)], "dynamodb")(record);

describe("filter patterns", () => {
  test("let everything pass where there is none", () => {
    expect(compileFilters([], "sqs")("{}")).toBe(true);
  });

  test.each([
    ["an equal string", { eventName: ["MODIFY"] }, { eventName: ["INSERT"] }],
    ["one of several values", { eventName: ["INSERT", "MODIFY"] }, { eventName: ["INSERT", "REMOVE"] }],
    [
      "all fields",
      { eventName: ["MODIFY"], dynamodb: { tags: ["b"] } },
      { eventName: ["MODIFY"], dynamodb: { tags: ["c"] } },
    ],
    [
      "a nested boolean",
      { dynamodb: { NewImage: { gone: { NULL: [true] } } } },
      { dynamodb: { NewImage: { gone: { NULL: [false] } } } },
    ],
    ["a prefix", { eventName: [{ prefix: "MOD" }] }, { eventName: [{ prefix: "mod" }] }],
    ["a suffix", { eventName: [{ suffix: "IFY" }] }, { eventName: [{ suffix: "ERT" }] }],
    [
      "any case",
      { eventName: [{ "equals-ignore-case": "modify" }] },
      { eventName: [{ "equals-ignore-case": "insert" }] },
    ],
    [
      "anything but a list",
      { eventName: [{ "anything-but": ["REMOVE"] }] },
      { eventName: [{ "anything-but": ["MODIFY"] }] },
    ],
    [
      "anything but one value",
      { eventName: [{ "anything-but": "REMOVE" }] },
      { eventName: [{ "anything-but": "MODIFY" }] },
    ],
    ["a leaf that is there", { eventName: [{ exists: true }] }, { dynamodb: { OldImage: [{ exists: true }] } }],
    ["a map as no leaf", { dynamodb: [{ exists: false }] }, { dynamodb: [{ exists: true }] }],
    ["a field that is not there", { dynamodb: { OldImage: [{ exists: false }] } }, { eventName: [{ exists: false }] }],
    [
      "a range of numbers, never DynamoDB's, which are strings",
      { dynamodb: { SizeBytes: [{ numeric: [">", 12, "<=", 52] }] } },
      { dynamodb: { NewImage: { total: { N: [{ numeric: [">", 12] }] } } } },
    ],
    [
      "a number of DynamoDB as text",
      { dynamodb: { NewImage: { total: { N: ["12.5"] } } } },
      { dynamodb: { N: [12.5] } },
    ],
    [
      "one of $or",
      { $or: [{ eventName: ["INSERT"] }, { dynamodb: { tags: ["a"] } }] },
      { $or: [{ eventName: ["INSERT"] }, { dynamodb: { tags: ["c"] } }] },
    ],
  ])("match %s", (_, matching, other) => {
    expect(matches(matching)).toBe(true);
    expect(matches(other)).toBe(false);
  });

  test("need one of several patterns to match", () => {
    const accepts = compileFilters(['{"eventName":["INSERT"]}', '{"eventName":["MODIFY"]}'], "dynamodb");
    expect(accepts(record)).toBe(true);
  });

  test.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["null", "null"],
    ["plain text", "simple string"],
    ["an empty list", '{"eventName":[]}'],
    ["an empty object", "{}"],
    ["what Lambda's filters do not have", '{"eventName":[{"wildcard":"M*"}]}'],
    ["a value outside a list", '{"eventName":"MODIFY"}'],
    ["an unknown operator", '{"eventName":[{"sounds-like":"MODIFY"}]}'],
    ["two operators in a rule", '{"eventName":[{"prefix":"a","suffix":"b"}]}'],
    ["an incomplete range", '{"n":[{"numeric":[">"]}]}'],
  ])("are refused for %s", (_, pattern) => {
    expect(() => compileFilters([pattern], "dynamodb")).toThrow(InvalidPattern);
  });
});

describe("the body of a message", () => {
  const accepts = (pattern: object, body: string) =>
    compileFilters([JSON.stringify(pattern)], "sqs")(JSON.stringify({ body }));

  test("is compared as JSON where the pattern names its fields", () => {
    expect(accepts({ body: { type: ["order.placed"] } }, '{"type":"order.placed"}')).toBe(true);
    expect(accepts({ body: { type: ["order.placed"] } }, '{"type":"order.cancelled"}')).toBe(false);
  });

  test("is compared as text where the pattern is a list", () => {
    expect(accepts({ body: [{ prefix: "hello" }] }, "hello world")).toBe(true);
  });

  test("of the other form does not match", () => {
    expect(accepts({ body: { type: [{ exists: false }] } }, "plain text")).toBe(false);
    expect(accepts({ body: [{ "anything-but": "x" }] }, '{"type":"order.placed"}')).toBe(false);
    expect(accepts({ body: [{ exists: false }] }, '{"type":"order.placed"}')).toBe(false);
  });

  test("is of either form for a pattern that does not name it, or names it in another part of $or", () => {
    const pattern = { $or: [{ body: { type: ["a"] } }, { eventSource: ["aws:sqs"] }] };
    const passes = compileFilters([JSON.stringify(pattern)], "sqs");
    expect(passes(JSON.stringify({ body: "plain text", eventSource: "aws:sqs" }))).toBe(true);
    expect(passes(JSON.stringify({ body: '{"type":"a"}', eventSource: "other" }))).toBe(true);
    expect(passes(JSON.stringify({ body: "plain text", eventSource: "other" }))).toBe(false);
  });
});
