import { describe, expect, test } from "vitest";
import { MAXIMUM_ALTERNATIVES, parseEventPattern } from "./event-pattern.ts";
import { EVENT_BRIDGE_PATTERNS, MAPPING_FILTERS, SNS_FILTER_POLICIES } from "./pattern-dialect.ts";
import { InvalidPattern } from "./invalid-pattern.ts";

function refusalOf(text: string, dialect = EVENT_BRIDGE_PATTERNS): InvalidPattern {
  try {
    parseEventPattern(text, dialect);
  } catch (error) {
    if (error instanceof InvalidPattern) return error;
    throw error;
  }
  throw new Error(`${text} was accepted.`);
}
/** The rule for a field `n`, refused. */
const rule = (operator: object) => JSON.stringify({ d: { n: [operator] } });

describe("a pattern is refused with AWS's sentence (recorded, or of Event Ruler)", () => {
  test.each([
    ['{"n":[]}', "Empty arrays are not allowed", "n"],
    ['{"n":42}', '"n" must be an object or an array', "n"],
    ['{"d":{"n":"text"}}', '"n" must be an object or an array', "d.n"],
    ['{"n":null}', '"n" must be an object or an array', "n"],
    ['{"n":[["a"]]}', "Match value must be String, number, true, false, or null", "n[0]"],
    ['["not","a","map"]', "Filter is not an object", ""],
    ["null", "Filter is not an object", ""],
    ["{}", "Empty objects are not allowed", ""],
    ['{"d":{}}', "Empty objects are not allowed", "d"],
    ['{"n":["a",{}]}', "Match expression name not found", "n[1]"],
  ])("%s", (text, reason, path) => {
    expect(refusalOf(text)).toMatchObject({
      code: "INVALID_PATTERN",
      reason,
      path,
      message: expect.stringContaining(reason),
    });
  });

  test.each([
    [{ EXISTS: true }, "Unrecognized match type EXISTS"],
    [{ "sounds-like": "a" }, "Unrecognized match type sounds-like"],
    [{ prefix: "a", suffix: "b" }, "Only one key allowed in match expression"],
    [{ exists: "no" }, "exists match pattern must be either true or false."],
    [{ exists: null }, "exists match pattern must be either true or false."],
    [{ prefix: 123 }, "prefix match pattern must be a string"],
    [{ prefix: ["a"] }, "prefix match pattern must be a string"],
    [{ prefix: { wildcard: "a" } }, "Unsupported prefix pattern: wildcard"],
    [{ suffix: null }, "suffix match pattern must be a string"],
    [{ "equals-ignore-case": ["a"] }, "equals-ignore-case match pattern must be a string"],
    [{ "equals-ignore-case": { prefix: "a" } }, "equals-ignore-case match pattern must be a string"],
    [{ wildcard: 123 }, "wildcard match pattern must be a string"],
    [{ wildcard: "arn:aws:events:us-east-1:**:event-bus/*" }, "Consecutive wildcard characters at pos 26"],
    [{ wildcard: String.raw`a\b` }, "Invalid escape character at pos 2"],
    [{ "anything-but": null }, "Value of anything-but must be an array or single string/number value."],
    [{ "anything-but": true }, "Value of anything-but must be an array or single string/number value."],
    [{ "anything-but": [] }, "Empty arrays are not allowed"],
    [{ "anything-but": ["a", null] }, "Inside anything but list, start|null|boolean is not supported."],
    [
      { "anything-but": ["a", 1] },
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    ],
    [{ "anything-but": { exists: false } }, "Unsupported anything-but pattern: exists"],
    [{ "anything-but": { prefix: "" } }, "Null prefix/suffix not allowed"],
    [{ "anything-but": { suffix: [123, ".txt"] } }, "prefix/suffix match pattern must be a string"],
    [
      { "anything-but": { prefix: { "equals-ignore-case": "a" } } },
      "Value of anything-but must be an array or single string/number value.",
    ],
    [
      { "anything-but": { "equals-ignore-case": 123 } },
      "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
    ],
    [{ "anything-but": { wildcard: [123, "*"] } }, "wildcard match pattern must be a string"],
    [{ cidr: ["10.0.0.0/8"] }, "prefix match pattern must be a string"],
    [{ cidr: "bad-filter" }, "Malformed CIDR, one '/' required"],
    [{ cidr: "10.0.0.0/8/8" }, "Malformed CIDR, one '/' required"],
    [{ cidr: "bad-/64filter" }, "Malformed CIDR, mask bits must be an integer"],
    [{ cidr: "10.0.0.0/-1" }, "Malformed CIDR, mask bits must not be negative"],
    [{ cidr: "xx.11.xx/8" }, "Nonstandard IP address: xx.11.xx"],
    [{ cidr: "xxxx:db8:1234:1a00::/64" }, "Nonstandard IP address: xxxx:db8:1234:1a00::"],
    [{ cidr: "10.0.0.1/32" }, "IPv4 mask bits must be < 32"],
    [{ cidr: "::1/128" }, "IPv6 mask bits must be < 128"],
    [{ numeric: 10 }, "Value of numeric must be an array."],
    [{ numeric: [] }, "Invalid member in numeric match: ]"],
    [{ numeric: [1, "<="] }, "Invalid member in numeric match: 1"],
    [{ numeric: ["near"] }, "Unrecognized numeric range operator: near"],
    [{ numeric: ["toString", 1] }, "Unrecognized numeric range operator: toString"],
    [{ numeric: ["=", "000"] }, "Value of equals must be numeric"],
    [{ numeric: [">="] }, "Value of >= must be numeric"],
    [{ numeric: ["<", 100, ">", 10] }, "Too many elements in numeric expression"],
    [{ numeric: [">=", 1, ">", 2] }, "Bad numeric range operator: >"],
    [{ numeric: [">", 20, "test"] }, "Bad numeric range operator: test"],
    [{ numeric: [">", 20, 30] }, "Bad value in numeric range: 30"],
    [{ numeric: [">", 0, "<"] }, "Value of < must be numeric"],
    [{ numeric: [">", "20", "<", "30"] }, "Value of > must be numeric"],
    [{ numeric: [">", 3, "<", 1] }, "Bottom must be less than top"],
    [{ numeric: [">", 20, "<", 30, "<", 50] }, "Too many terms in numeric range expression"],
  ])("%j", (operator, reason) => {
    expect(refusalOf(rule(operator))).toMatchObject({ reason, path: expect.stringMatching(/^d\.n\[0\]/) });
  });
});

describe("a pattern is refused", () => {
  test.each(["this is no JSON", "{'bad': 'quotes'}", '{"n":["a"]', ""])("where it is no JSON: %s", (text) => {
    expect(refusalOf(text).reason).toMatch(/^failed to parse JSON/);
  });

  test.each([
    ["an EventBridge pattern", EVENT_BRIDGE_PATTERNS, 2_048],
    ["a mapping's filter", MAPPING_FILTERS, 4_096],
  ])("where it is larger than %s may be", (_, dialect, limit) => {
    const ofLength = (length: number) => `{"n":["${"a".repeat(length - 10)}"]}`;
    expect(parseEventPattern(ofLength(limit), dialect).alternatives).toHaveLength(1);
    expect(refusalOf(ofLength(limit + 1), dialect).reason).toBe(`The pattern has ${limit + 1} characters`);
  });

  test("where its $or has too many combinations, before they are made", () => {
    const two = { $or: [{ a: [1] }, { b: [1] }] };
    const times = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, two])));
    expect(parseEventPattern(times(9), EVENT_BRIDGE_PATTERNS).alternatives).toHaveLength(512);
    const tooMany = { reason: "The combinations of $or are too many", expected: "at most 1,000 combinations" };
    expect(refusalOf(times(10))).toMatchObject(tooMany);
    expect(refusalOf(times(40))).toMatchObject(tooMany);
    expect(MAXIMUM_ALTERNATIVES).toBe(1_000);
  });

  test.each(['{"a":', '{"$or":[{"b":[1]},'])("where it nests too deeply: %s", (level) => {
    const close = level.includes("[") ? "]}" : "}";
    const text = `${level.repeat(10_000)}{"n":[1]}${close.repeat(10_000)}`;
    expect(refusalOf(text, SNS_FILTER_POLICIES).reason).toMatch(/nests too deeply|combinations/);
  });

  test("where a name with dots nests too deeply", () => {
    const named = (dots: number) => `{"${"a.".repeat(dots)}a":[1]}`;
    expect(parseEventPattern(named(999), SNS_FILTER_POLICIES).alternatives).toHaveLength(1);
    expect(refusalOf(named(1_000), SNS_FILTER_POLICIES).reason).toBe("The pattern nests too deeply");
  });

  test.each([
    ["wildcard", { wildcard: "a*" }],
    ["cidr", { cidr: "10.0.0.0/8" }],
    ["anything-but a prefix", { "anything-but": { prefix: "a" } }],
    ["a prefix in any case", { prefix: { "equals-ignore-case": "a" } }],
  ])("of a mapping for what Lambda's filters do not have: %s", (_, operator) => {
    expect(refusalOf(rule(operator), MAPPING_FILTERS).path).toMatch(/^d\.n\[0\]/);
    expect(parseEventPattern(rule(operator), EVENT_BRIDGE_PATTERNS).alternatives).toHaveLength(1);
  });

  test("with numbers that EventBridge does not compare", () => {
    expect(refusalOf(rule({ numeric: ["<", 5_000_000_001] })).reason).toContain("between -5000000000 and 5000000000");
    expect(parseEventPattern(rule({ numeric: ["<", 5_000_000_001] }), MAPPING_FILTERS).alternatives).toHaveLength(1);
  });
});

describe("$or", () => {
  test.each([
    ["of a single object", { $or: [{ metricName: ["a"] }] }, "Unrecognized match type metricName"],
    ["with a reserved name", { $or: [{ numeric: 123 }, { prefix: "a" }] }, "Value of numeric must be an array."],
    ["that is empty", { $or: [] }, "Empty arrays are not allowed"],
  ])("%s is a field of that name", (_, pattern, reason) => {
    expect(refusalOf(JSON.stringify(pattern)).reason).toBe(reason);
  });
});
