import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseEventPattern } from "./event-pattern.ts";
import { matchesEvent } from "./match-event.ts";
import { EVENT_BRIDGE_PATTERNS } from "./pattern-dialect.ts";

/** EventBridge's, which has every operator, without its limit on size. */
const DIALECT = { ...EVENT_BRIDGE_PATTERNS, maximumLength: Number.MAX_SAFE_INTEGER };

const matches = (pattern: object, event: unknown) =>
  matchesEvent(parseEventPattern(JSON.stringify(pattern), DIALECT), event);

/** Few names and values, so that patterns and events meet. */
const name = fc.constantFrom("a", "b", "c", "a.b", "$or", "__proto__", "");
const text = fc.constantFrom("", "a", "A", "ab", "ba", "10.0.0.1", "::1", "fe80::1%x", "*");
const number = fc.constantFrom(0, -1, 1, 1.5, 100);
const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const { json } = fc.letrec((tie) => ({
  json: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("json"), { maxLength: 3 }), tie("map")),
  map: fc.dictionary(name, tie("json"), { maxKeys: 3 }),
}));

const comparison = fc.oneof(
  fc.tuple(fc.constantFrom("=", "<", "<=", ">", ">="), number),
  fc.constant([">", 0, "<=", 1.5]),
);
const positive = fc.oneof(
  fc.record({ prefix: text }),
  fc.record({ suffix: text }),
  fc.record({ "equals-ignore-case": text }),
  fc.record({ wildcard: fc.constantFrom("*", "a*", "*b*", String.raw`\*`) }),
);
const rule = fc.oneof(
  leaf,
  positive,
  fc.record({ exists: fc.boolean() }),
  fc.record({ numeric: comparison }),
  fc.record({ cidr: fc.constantFrom("10.0.0.0/8", "::/0") }),
  fc.record({ "anything-but": fc.oneof(text, number, fc.array(text, { minLength: 1, maxLength: 3 })) }),
);
const rules = fc.array(rule, { minLength: 1, maxLength: 3 });
const { pattern } = fc.letrec<{ field: unknown; pattern: Record<string, unknown> }>((tie) => ({
  field: fc.oneof({ depthSize: "small" }, rules, tie("pattern")),
  pattern: fc.dictionary(
    name.filter((each) => each !== "$or"),
    tie("field"),
    { minKeys: 1, maxKeys: 3 },
  ),
}));

test("matching answers true or false for any JSON", () => {
  fc.assert(
    fc.property(pattern, fc.oneof(json, fc.jsonValue()), (given, event) => {
      expect(matches(given, event)).toBeTypeOf("boolean");
    }),
    { numRuns: 500 },
  );
});

test("parsing any JSON gives a pattern or InvalidPattern", () => {
  fc.assert(
    fc.property(fc.oneof(json, fc.jsonValue(), fc.dictionary(name, fc.array(json))), (given) => {
      try {
        parseEventPattern(JSON.stringify(given), DIALECT);
      } catch (error) {
        expect(error).toMatchObject({ code: "INVALID_PATTERN", expected: expect.any(String) });
      }
    }),
    { numRuns: 500 },
  );
});

test("$or is the union of its alternatives", () => {
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 2, maxLength: 4 }), json, (alternatives, event) => {
      expect(matches({ $or: alternatives }, event)).toBe(alternatives.some((each) => matches(each, event)));
    }),
    { numRuns: 500 },
  );
});

test("fields side by side are an intersection, where no list ties them together", () => {
  const noLists = fc.dictionary(name, leaf, { maxKeys: 4 });
  fc.assert(
    fc.property(rules, rules, noLists, (a, b, event) => {
      expect(matches({ a, b }, event)).toBe(matches({ a }, event) && matches({ b }, event));
    }),
    { numRuns: 500 },
  );
});

test("a list of rules is the union of its rules", () => {
  fc.assert(
    fc.property(rules, json, (list, value) => {
      expect(matches({ a: list }, { a: value })).toBe(list.some((each) => matches({ a: [each] }, { a: value })));
    }),
    { numRuns: 500 },
  );
});

test("anything-but is the complement of equality on leaves", () => {
  const values = fc.oneof(
    fc.array(text, { minLength: 1, maxLength: 4 }),
    fc.array(number, { minLength: 1, maxLength: 4 }),
  );
  fc.assert(
    fc.property(values, leaf, (refused, value) => {
      const event = { a: value };
      expect(matches({ a: [{ "anything-but": refused }] }, event)).toBe(!matches({ a: refused }, event));
    }),
    { numRuns: 500 },
  );
});

test("anything-but an operator is the complement of the operator on leaves", () => {
  const operator = positive.filter(
    (each) => !("prefix" in each && each.prefix === "") && !("suffix" in each && each.suffix === ""),
  );
  fc.assert(
    fc.property(operator, leaf, (negated, value) => {
      const event = { a: value };
      expect(matches({ a: [{ "anything-but": negated }] }, event)).toBe(!matches({ a: [negated] }, event));
    }),
    { numRuns: 500 },
  );
});

test("exists: false is the complement of exists: true, for any value", () => {
  fc.assert(
    fc.property(json, (event) => {
      expect(matches({ a: { b: [{ exists: false }] } }, event)).toBe(!matches({ a: { b: [{ exists: true }] } }, event));
    }),
    { numRuns: 500 },
  );
});

test("a list matches where one of its elements does", () => {
  fc.assert(
    fc.property(
      rules.filter((list) => list.every((each) => typeof each !== "object" || each === null || !("exists" in each))),
      fc.array(leaf),
      (list, values) => {
        expect(matches({ a: list }, { a: values })).toBe(values.some((value) => matches({ a: list }, { a: value })));
      },
    ),
    { numRuns: 500 },
  );
});
