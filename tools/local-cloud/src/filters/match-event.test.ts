import { describe, expect, test } from "vitest";
import { parseEventPattern } from "./event-pattern.ts";
import { matchesEvent } from "./match-event.ts";
import { EVENT_BRIDGE_PATTERNS } from "./pattern-dialect.ts";

const matches = (pattern: object, event: unknown) =>
  matchesEvent(parseEventPattern(JSON.stringify(pattern), EVENT_BRIDGE_PATTERNS), event);

/** AWS: eb-event-patterns, eb-create-pattern-operators. What, a pattern, events that match it, events that do not. */
test.each<[string, object, unknown[], unknown[]]>([
  ["an equal string", { state: ["on"] }, [{ state: "on" }], [{ state: "On" }, { state: ["off"] }, {}, "on", null]],
  ["one of several values", { n: ["a", 1] }, [{ n: "a" }, { n: 1 }], [{ n: "1" }, { n: 2 }]],
  ["a number however it is written", { n: [300] }, [{ n: 3.0e2 }], [{ n: "300" }]],
  ["true and false", { n: [true] }, [{ n: true }], [{ n: false }, { n: "true" }, { n: 1 }]],
  ["null", { n: [null] }, [{ n: null }, { n: [null] }], [{ n: "null" }, {}, { n: [] }, { n: {} }]],
  ["an empty string", { n: [""] }, [{ n: "" }], [{}, { n: null }, { n: [] }, { n: "a" }]],
  ["every field", { a: [1], b: [2] }, [{ a: 1, b: 2 }], [{ a: 1 }, { a: 1, b: 1 }]],
  ["fields below each other", { a: { b: { c: [1] } } }, [{ a: { b: { c: 1 } } }], [{ c: 1 }, { a: { b: 1 } }]],
  ["a prefix", { n: [{ prefix: "eu-" }] }, [{ n: "eu-west-1" }], [{ n: "EU-west-1" }, { n: "us" }, { n: 1 }]],
  ["an empty prefix: any string", { n: [{ prefix: "" }] }, [{ n: "" }, { n: "a" }], [{}, { n: 1 }, { n: null }]],
  ["a prefix in any case", { n: [{ prefix: { "equals-ignore-case": "EU" } }] }, [{ n: "eu-1" }], [{ n: "us" }]],
  ["a suffix", { n: [{ suffix: ".png" }] }, [{ n: "a.png" }], [{ n: "a.PNG" }, { n: "png" }]],
  ["a suffix in any case", { n: [{ suffix: { "equals-ignore-case": ".PNG" } }] }, [{ n: "a.png" }], [{ n: "png" }]],
  ["a string in any case", { n: [{ "equals-ignore-case": "aLiCe" }] }, [{ n: "Alice" }], [{ n: "Bob" }, { n: 1 }]],
  ["a number exactly", { n: [{ numeric: ["=", 100] }] }, [{ n: 100 }, { n: 1e2 }], [{ n: 101 }, { n: "100" }]],
  ["a range", { n: [{ numeric: [">", 10, "<=", 20] }] }, [{ n: 10.5 }, { n: 20 }], [{ n: 10 }, { n: 21 }, { n: null }]],
  ["a bound below", { n: [{ numeric: [">=", 0] }] }, [{ n: 0 }, { n: 5 }], [{ n: -1 }]],
  ["a bound above", { n: [{ numeric: ["<", 0] }] }, [{ n: -1 }], [{ n: 0 }]],
  ["numbers of DynamoDB never: they are strings", { N: [{ numeric: [">", 100] }] }, [], [{ N: "101" }, { N: "" }]],
  ["anything but a string", { n: [{ "anything-but": "a" }] }, [{ n: "b" }, { n: 1 }, { n: null }], [{ n: "a" }, {}]],
  ["anything but a number", { n: [{ "anything-but": 0 }] }, [{ n: 789 }, { n: "0" }], [{ n: 0 }, {}, { n: {} }]],
  ["anything but strings", { n: [{ "anything-but": ["a", "b"] }] }, [{ n: "c" }], [{ n: "a" }, { n: "b" }]],
  ["anything but numbers", { n: [{ "anything-but": [1, 2] }] }, [{ n: 3 }, { n: "1" }], [{ n: 2 }]],
  [
    "anything but a prefix",
    { n: [{ "anything-but": { prefix: ["in", "st"] } }] },
    [{ n: "run" }, { n: 12 }, { n: null }],
    [{ n: "init" }, { n: "stop" }, {}],
  ],
  ["anything but a suffix", { n: [{ "anything-but": { suffix: ".txt" } }] }, [{ n: "a.png" }], [{ n: "a.txt" }]],
  [
    "anything but a string in any case",
    { n: [{ "anything-but": { "equals-ignore-case": ["Off", "Idle"] } }] },
    [{ n: "on" }],
    [{ n: "OFF" }, { n: "idle" }],
  ],
  [
    "anything but a wildcard",
    { n: [{ "anything-but": { wildcard: "*/lib/*" } }] },
    [{ n: "src/a" }, { n: 1 }],
    [{ n: "a/lib/b" }],
  ],
  [
    "a wildcard",
    { n: [{ wildcard: "dir/*.png" }] },
    [{ n: "dir/.png" }, { n: "dir/a/b.png" }],
    [{ n: "dir/a.pngx" }, { n: "adir/a.png" }, { n: 1 }],
  ],
  ["several wildcards", { n: [{ wildcard: "a*b*c" }] }, [{ n: "abc" }, { n: "a1b2bc" }], [{ n: "ac" }, { n: "acb" }]],
  ["wildcards that overlap", { n: [{ wildcard: "ab*ba" }] }, [{ n: "abba" }], [{ n: "aba" }]],
  ["wildcards whose parts overlap", { n: [{ wildcard: "a*bc*c" }] }, [{ n: "abcc" }], [{ n: "abc" }]],
  ["plain addresses, without a zone", { n: [{ cidr: "fe80::/10" }] }, [{ n: "fe80::1" }], [{ n: "fe80::1%eth0" }]],
  ["a wildcard alone", { n: [{ wildcard: "*" }] }, [{ n: "" }, { n: "a" }], [{}, { n: 1 }]],
  ["an escaped asterisk", { n: [{ wildcard: String.raw`\**\\` }] }, [{ n: "*a\\" }, { n: "*\\" }], [{ n: "a\\" }]],
  [
    "an IPv4 network",
    { n: [{ cidr: "10.0.0.0/24" }] },
    [{ n: "10.0.0.255" }],
    [{ n: "10.0.1.0" }, { n: "10.0.0.256" }],
  ],
  [
    "an IPv6 network",
    { n: [{ cidr: "2001:db8:1234:1a00::/64" }] },
    [{ n: "2001:0db8:1234:1a00:0000:0000:0000:0001" }],
    [{ n: "2001:db8:123f:1a01::" }, { n: "fe80::1%eth0" }, { n: "text" }, { n: 123 }],
  ],
  [
    "a leaf that exists",
    { a: [{ exists: true }] },
    [{ a: 1 }, { a: null }, { a: "" }],
    [{}, { a: { b: 1 } }, { a: [] }],
  ],
  ["a leaf that does not", { a: [{ exists: false }] }, [{}, { a: { b: 1 } }, { a: {} }, { a: [] }, 5], [{ a: null }]],
  [
    "a field below what is not there",
    { a: { b: { c: [{ exists: false }] } } },
    [{}, { a: 1 }],
    [{ a: { b: { c: 1 } } }],
  ],
  [
    "a value, or none",
    { S: [{ "anything-but": "rose" }, { exists: false }] },
    [{ S: "tulip" }, {}, { S: {} }],
    [{ S: "rose" }],
  ],
  [
    "one of $or",
    { s: ["x"], $or: [{ a: [1] }, { b: [2], c: [3] }] },
    [
      { s: "x", a: 1 },
      { s: "x", b: 2, c: 3 },
    ],
    [{ s: "x" }, { s: "x", b: 2 }, { a: 1 }],
  ],
  [
    "$or within $or",
    { $or: [{ a: [1] }, { b: [2], $or: [{ c: [3] }, { d: [4] }] }] },
    [{ a: 1 }, { b: 2, d: 4 }],
    [{ b: 2 }, { c: 3 }],
  ],
  ["$or below a field", { d: { $or: [{ a: [1] }, { b: [2] }] } }, [{ d: { b: 2 } }], [{ b: 2 }, { d: {} }]],
  ["a field named $or", { $or: { a: [1] } }, [{ $or: { a: 1 } }], [{ a: 1 }]],
  ["a field named $or that is a list", { $or: ["x"] }, [{ $or: "x" }], [{}]],
  ["any element of a list", { n: ["a"] }, [{ n: ["b", "a"] }, { n: [["a"]] }], [{ n: ["b"] }, { n: [] }]],
  ["any element but the values", { n: [{ "anything-but": "a" }] }, [{ n: ["a", "b"] }], [{ n: ["a"] }, { n: [] }]],
  [
    "fields of the same element of a list",
    { people: { first: ["Ann"], last: ["Lee"] } },
    [{ people: [{ first: "Bo", last: "Ek" }, [{ first: "Ann", last: "Lee" }]] }],
    [
      {
        people: [
          { first: "Ann", last: "Ek" },
          { first: "Bo", last: "Lee" },
        ],
      },
    ],
  ],
  [
    "fields of the same element across $or",
    { people: { first: ["Ann"] }, $or: [{ people: { last: ["Lee"] } }, { people: { age: [3] } }] },
    [{ people: [{ first: "Ann", age: 3 }] }],
    [{ people: [{ first: "Ann" }, { last: "Lee", age: 3 }] }],
  ],
  [
    "a field that no element has",
    { people: { last: [{ exists: false }] } },
    [{ people: [{ first: "Ann" }, {}] }],
    [{ people: [{ first: "Ann" }, { last: "Lee" }] }],
  ],
  ["names with dots as nesting", { a: { "b.c": [1] } }, [{ a: { b: { c: 1 } } }, { "a.b.c": 1 }], [{ a: { b: 1 } }]],
  [
    "names with dots beside nesting",
    { a: { b: [1], c: [2] } },
    [
      { "a.b": 1, a: { c: 2 } },
      { a: [{ c: 2 }], "a.b": [1] },
    ],
    [{ "a.b": 2, a: { c: 2 } }],
  ],
  ["the later of two rules for a field", { "a.b": [1], a: { b: [2] } }, [{ a: { b: 2 } }], [{ a: { b: 1 } }]],
  ["names of Object's own", { constructor: [{ exists: false }], toString: ["a"] }, [{ toString: "a" }], [{}]],
])("a pattern matches %s", (_, pattern, matching, others) => {
  for (const event of matching) expect(matches(pattern, event), JSON.stringify(event)).toBe(true);
  for (const event of others) expect(matches(pattern, event), JSON.stringify(event)).toBe(false);
});

describe("hostile events", () => {
  test("may nest lists as deeply as they like", () => {
    const deep: unknown = JSON.parse(`{"n":${"[".repeat(100_000)}"a"${"]".repeat(100_000)}}`);
    expect(matches({ n: ["a"] }, deep)).toBe(true);
  });

  test("do not make names that are written in many ways costly", () => {
    const list = Array.from({ length: 300 }, (_, n) => ({ x: n, y: -n }));
    const event = {
      "a.b.c": list,
      "a.b": { c: list },
      a: { "b.c": list, b: { c: list } },
    };
    expect(matches({ a: { b: { c: { x: [1], y: [1] } } } }, event)).toBe(false);
  });

  test("may nest maps and names with dots as deeply as they like", () => {
    const pattern = { [`${"a.".repeat(900)}a`]: [{ exists: true }, { exists: false }] };
    const maps: unknown = JSON.parse(`${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`);
    for (const event of [maps, { ["a.".repeat(5_000)]: 1 }, {}]) expect(matches(pattern, event)).toBe(true);
  });

  test("do not make wildcards costly", () => {
    const text = "ab".repeat(100_000);
    expect(matches({ n: [{ wildcard: `${"*ab".repeat(500)}*c` }] }, { n: text })).toBe(false);
  });
});
