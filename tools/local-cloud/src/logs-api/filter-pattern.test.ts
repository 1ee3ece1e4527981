import { describe, expect, test } from "vitest";
import { parseFilterPattern } from "./filter-pattern.ts";

// AWS page: "Filter pattern syntax for metric filters, subscription filters, filter log events, and Live Tail".
describe("terms", () => {
  test.each([
    ["", "anything", true],
    [" ", "anything", true],
    ["ERROR", "[ERROR 400] BAD REQUEST", true],
    ["ERROR", "[error 400] BAD REQUEST", false],
    ["ERROR ARGUMENTS", "[ERROR] missing ARGUMENTS", true],
    ["ERROR ARGUMENTS", "[ERROR] missing", false],
    ["?ERROR ?ARGUMENTS", "missing ARGUMENTS", true],
    ["?ERROR ?ARGUMENTS", "missing", false],
    ["ERROR -ARGUMENTS", "[ERROR] missing ARGUMENTS", false],
    ["ERROR -ARGUMENTS", "[ERROR] BAD REQUEST", true],
    ['"INTERNAL SERVER ERROR"', "500 INTERNAL SERVER ERROR", true],
    ['"INTERNAL SERVER ERROR"', "SERVER INTERNAL ERROR", false],
    [String.raw`"say \"hi\""`, 'say "hi"', true],
    ['-"A B"', "A B", false],
  ])("%j and the line %j", (pattern, line, fits) => {
    expect(parseFilterPattern(pattern)(line)).toBe(fits);
  });
});

describe("conditions on JSON", () => {
  const line = JSON.stringify({
    eventType: "UpdateTrail",
    sourceIPAddress: "123.123.7.8",
    arrayKey: ["value", "another value"],
    objectList: [
      { name: "a", id: 1 },
      { name: "b", id: 2 },
    ],
    SomeObject: null,
    ThisFlag: true,
    ms: 123.5,
    "with.dot": "x",
    path: "a\\b",
    nested: { level: "ERROR" },
  });
  test.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ["{ $.eventType = UpdateTrail }", true],
    ['{$.eventType="Update*"}', true],
    ['{ $.eventType != "UpdateTrail" }', false],
    ["{ $.sourceIPAddress != 123.123.* }", false],
    ['{ $.sourceIPAddress = "123.*.8" }', true],
    ['{ $.arrayKey[0] = "value" }', true],
    ['{ $.arrayKey[2] = "value" }', false],
    ["{ $.objectList[1].id = 2 }", true],
    ["{ $.SomeObject IS NULL }", true],
    ["{ $.ThisFlag IS TRUE }", true],
    ["{ $.ThisFlag is false }", false],
    ["{ $.SomeOtherObject NOT EXISTS }", true],
    ["{ $.SomeObject NOT EXISTS }", false],
    ["{ $.ms EXISTS }", true],
    ["{ $.ms > 123 && $.ms <= 123.5 }", true],
    ["{ $.ms >= 1.235e2 }", true],
    ["{ $.ms < -1 }", false],
    ['{ $.ms = "123.5" }', false],
    ["{ $.absent != 1 }", false],
    ["{ $.absent < 1 }", false],
    ['{ $.nested.level = "ERROR" }', true],
    [`{ $.['with.dot'] = "x" }`, true],
    [String.raw`{ $.path = "a\\b" }`, true],
    ['{ ($.ms = 1 || $.ms = 123.5) && $.eventType = "UpdateTrail" }', true],
    ['{ $.ms = 123.5 || $.ms = 1 && $.eventType = "No" }', true],
    ['{ $.eventType = "No" && ($.ms = 123.5 || $.ms = 1) }', false],
  ])("%s", (pattern, fits) => {
    expect(parseFilterPattern(pattern)(line)).toBe(fits);
  });

  test.each(["START RequestId: 1", "{broken", '"text"', "[1]", ""])(
    "a line that is no object fits none: %j",
    (text) => {
      expect(parseFilterPattern("{ $.a NOT EXISTS }")(text)).toBe(false);
    },
  );

  test("many asterisks are looked for in one pass: by going back they would take for ever", () => {
    const fits = parseFilterPattern(`{ $.a = "${"*a".repeat(50)}b" }`);
    expect(fits(JSON.stringify({ a: "a".repeat(200_000) }))).toBe(false);
  });
});

test.each([
  ["a field pattern", "[ip, user]", "space-delimited"],
  ["a regular expression", "%ERR.*%", "regular expressions"],
  ["a regular expression in a condition", "{ $.a = %x% }", "regular expressions"],
  ["question marks among other terms", "?ERROR INFO", "cannot be combined"],
  ["a term with other characters", "a.b", "put it in double quotes"],
  ["a quote without an end", '"a', "does not read"],
  ["a condition without an end", "{ $.a = 1", "ends with }"],
  ["a condition of nothing", "{ }", "does not read"],
  ["a condition without a value", "{ $.a = }", "does not read"],
  ["an order of texts", '{ $.a > "x" }', "compares numbers"],
  ["a wildcard in a path", "{ $.*.a = 1 }", "does not read"],
  ["an open parenthesis", "{ ($.a = 1 }", "does not read"],
  ["two conditions side by side", "{ $.a = 1 $.b = 2 }", "does not read"],
])("%s is refused: %s", (_, pattern, message) => {
  expect(() => parseFilterPattern(pattern)).toThrow(message);
});
