import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_ATTRIBUTE_DEPTH, parseImage } from "./attribute-value.ts";
import { MAX_ISSUES } from "./issue.ts";

const read = (value: unknown) => parseImage({ a: value }, "item");

test.each<[string, unknown, unknown]>([
  ["text", { S: "x" }, { S: "x" }],
  ["empty text", { S: "" }, { S: "" }],
  ["a number past 2^53", { N: "9007199254740993" }, { N: "9007199254740993" }],
  ["a number of 38 digits", { N: "-1.2345678901234567890123456789012345678E-120" }, undefined],
  ["bytes", { B: "AP8=" }, { B: new Uint8Array([0, 255]) }],
  ["no bytes", { B: "" }, { B: new Uint8Array() }],
  ["false", { BOOL: false }, { BOOL: false }],
  ["null", { NULL: true }, { NULL: true }],
  ["a set of text", { SS: ["a", "b"] }, undefined],
  ["a set of numbers", { NS: ["1", "2.50"] }, undefined],
  ["a set of bytes", { BS: ["AA==", "AQ=="] }, { BS: [new Uint8Array([0]), new Uint8Array([1])] }],
  ["empty sets", { L: [{ SS: [] }, { NS: [] }, { BS: [] }] }, undefined],
  ["an empty list", { L: [] }, { L: [] }],
  ["an empty map", { M: {} }, { M: {} }],
  ["lists in maps in lists", { L: [{ M: { b: { L: [{ N: "1" }] } } }] }, undefined],
])("%s is read", (_, value, expected) => {
  expect(read(value)).toEqual({ ok: true, value: { a: expected ?? value } });
});

test.each<[string, unknown, { path: string; expected?: string }]>([
  ["null itself", null, { path: "item.a" }],
  ["bare text", "x", { path: "item.a", expected: "a value with one type, such as { S: … }" }],
  ["no type", {}, { path: "item.a" }],
  ["two types", { S: "x", N: "1" }, { path: "item.a" }],
  ["a type that DynamoDB lacks", { D: "2024-01-01" }, { path: "item.a" }],
  ["a number that lost its digits", { N: 1 }, { path: "item.a.N", expected: "a number as text" }],
  ["text for a number", { N: "NaN" }, { path: "item.a.N" }],
  ["an empty number", { N: "" }, { path: "item.a.N" }],
  ["text for truth", { BOOL: "true" }, { path: "item.a.BOOL" }],
  ["a null that is not", { NULL: false }, { path: "item.a.NULL" }],
  ["text for bytes", { B: "ö" }, { path: "item.a.B", expected: "base64" }],
  ["half of some bytes", { B: "AP8" }, { path: "item.a.B" }],
  ["a set that is none", { SS: "a" }, { path: "item.a.SS" }],
  ["a mixed set", { NS: ["1", 2] }, { path: "item.a.NS[1]" }],
  ["a bad value inside", { L: [{ M: { b: { N: "one" } } }] }, { path: "item.a.L[0].M.b.N" }],
])("%s is refused where it stands", (_, value, issue) => {
  expect(read(value)).toMatchObject({ ok: false, issues: [issue] });
});

function nested(levels: number, type: "L" | "M"): unknown {
  let value: unknown = { S: "bottom" };
  for (let level = 0; level < levels; level += 1) value = type === "L" ? { L: [value] } : { M: { m: value } };
  return value;
}

test("values nest as deep as DynamoDB's 32 levels and somewhat more, but not for ever", () => {
  for (const type of ["L", "M"] as const) {
    expect(read(nested(MAX_ATTRIBUTE_DEPTH - 1, type)).ok).toBe(true);
    expect(read(nested(MAX_ATTRIBUTE_DEPTH, type))).toMatchObject({
      ok: false,
      issues: [{ expected: "at most 64 levels" }],
    });
    expect(read(nested(100_000, type)).ok).toBe(false);
  }
});

test("attributes may be named like parts of JavaScript", () => {
  const image: unknown = JSON.parse('{"__proto__":{"S":"x"},"constructor":{"N":"1"},"a.b":{"NULL":true}}');
  const parsed = parseImage(image, "item");
  expect(parsed.ok && Object.entries(parsed.value)).toEqual([
    ["__proto__", { S: "x" }],
    ["constructor", { N: "1" }],
    ["a.b", { NULL: true }],
  ]);
});

test("the issues of a large bad item are bounded", () => {
  const parsed = parseImage({ list: { L: Array(100_000).fill(1) } }, "item");
  expect(!parsed.ok && parsed.issues).toHaveLength(MAX_ISSUES);
});

test("every item that DynamoDB can hold is read as it is", () => {
  const number = fc.oneof(fc.bigInt().map(String), fc.integer().map(String));
  const scalar = fc.oneof(
    fc.record({ S: fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)) }),
    fc.record({ N: number }),
    fc.record({ BOOL: fc.boolean() }),
    fc.record({ NULL: fc.constant(true) }),
    fc.record({ SS: fc.array(fc.string()) }),
    fc.record({ NS: fc.array(number) }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      scalar,
      fc.record({ L: fc.array(tie("value")) }),
      fc.record({ M: fc.dictionary(fc.string(), tie("value")) }),
    ),
  }));
  fc.assert(
    fc.property(value, (any) => {
      expect(read(any)).toEqual({ ok: true, value: { a: any } });
    }),
  );
});

test("whatever JSON comes, the answer is an item or issues, never a throw", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (json) => {
      const parsed = parseImage(json, "item");
      expect(parsed.ok || parsed.issues.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});
