import { describe, expect, test } from "vitest";
import { InvalidPattern } from "./invalid-pattern.ts";
import { type FilterPolicyScope, parseFilterPolicy } from "./sns-filter-policy.ts";

function refusalOf(policy: unknown, scope: FilterPolicyScope = "MessageAttributes"): string {
  try {
    parseFilterPolicy(typeof policy === "string" ? policy : JSON.stringify(policy), scope);
  } catch (error) {
    if (error instanceof InvalidPattern) return error.reason;
    throw error;
  }
  return "accepted";
}
const text = (stringValue: string) => ({ dataType: "String", stringValue });
const number = (stringValue: string) => ({ dataType: "Number", stringValue });
const list = (...values: unknown[]) => ({ dataType: "String.Array", stringValue: JSON.stringify(values) });

type Attributes = Parameters<ReturnType<typeof parseFilterPolicy>["accepts"]>[0]["attributes"];
const onAttributes = (policy: object, attributes: Attributes) =>
  parseFilterPolicy(JSON.stringify(policy), "MessageAttributes").accepts({ body: "{}", attributes });
const onBody = (policy: object, body: unknown) =>
  parseFilterPolicy(JSON.stringify(policy), "MessageBody").accepts({
    body: typeof body === "string" ? body : JSON.stringify(body),
    attributes: {},
  });

/** AWS: string-value-matching, numeric-value-matching, attribute-key-matching, and-or-logic. */
describe("a filter policy on message attributes", () => {
  const interests = { interests: ["rugby", "tennis"] };
  const other = { interests: [{ "anything-but": ["rugby", "tennis"] }] };
  const price = { price: [{ numeric: [">", 0, "<=", 100] }] };
  test.each<[string, object, Attributes, boolean]>([
    ["takes an equal string", interests, { interests: text("rugby") }, true],
    ["leaves another string", interests, { interests: text("baseball") }, false],
    ["takes one element of a String.Array", interests, { interests: list("golf", "tennis") }, true],
    ["leaves a String.Array without one", interests, { interests: list("golf") }, false],
    ["leaves a message without the attribute", interests, {}, false],
    ["ignores attributes that it does not name", interests, { interests: text("rugby"), x: text("y") }, true],
    ["takes anything but the values", other, { interests: text("golf") }, true],
    ["takes a String.Array with another value", other, { interests: list("rugby", "golf") }, true],
    ["leaves a String.Array of these values", other, { interests: list("rugby") }, false],
    ["leaves an absent attribute that must be anything but", other, {}, false],
    ["compares numbers", price, { price: number("99") }, true],
    ["compares numbers up to the bound", price, { price: number("1e2") }, true],
    ["leaves a number outside", price, { price: number("111") }, false],
    ["leaves a string that looks like a number", price, { price: text("99") }, false],
    ["compares the numbers of a String.Array", price, { price: list("a", 5) }, true],
    ["takes a number however it is written", { price: [300] }, { price: number("3.0e2") }, true],
    ["takes an attribute that exists", { store: [{ exists: true }] }, { store: text("") }, true],
    ["takes a message without an attribute", { store: [{ exists: false }] }, {}, true],
    ["ignores an attribute of type Binary", { store: [{ exists: true }] }, { store: { dataType: "Binary" } }, false],
    [
      "reads no list where a String.Array is no JSON",
      interests,
      { interests: { dataType: "String.Array", stringValue: "rugby" } },
      false,
    ],
    [
      "reads no list where a String.Array is other JSON",
      { a: [5] },
      { a: { dataType: "String.Array", stringValue: "5" } },
      false,
    ],
    ["takes booleans and null of a String.Array", { a: [true], b: [null] }, { a: list(true), b: list(null) }, true],
    ["takes null for no absent attribute", { a: [null] }, {}, false],
    ["takes an address of a network", { ip: [{ cidr: "10.0.0.0/24" }] }, { ip: text("10.0.0.255") }, true],
    ["takes names with dots", { "a.b": ["x"] }, { "a.b": text("x") }, true],
    ["takes one of $or", { $or: [{ a: ["x"] }, { b: ["y"] }] }, { b: text("y") }, true],
  ])("%s", (_, policy, attributes, accepted) => {
    expect(onAttributes(policy, attributes)).toBe(accepted);
  });

  test("does not look at the body", () => {
    const policy = parseFilterPolicy('{"a":["x"]}', "MessageAttributes");
    expect(policy.accepts({ body: '{"a":"x"}', attributes: {} })).toBe(false);
  });

  test("does not nest", () => {
    expect(refusalOf({ object: { key: [{ prefix: "auto-" }] } })).toBe(
      "Filter policy scope MessageAttributes does not support nested filter policy",
    );
  });
});

describe("a filter policy on the message body", () => {
  /** AWS's example of S3 events in a topic (recorded). */
  const created = {
    Records: { s3: { object: { key: [{ prefix: "auto-" }] } }, eventName: [{ prefix: "ObjectCreated:" }] },
  };
  const record = (eventName: string, key: string) => ({ eventName, s3: { object: { key } } });
  test.each<[string, object, unknown, boolean]>([
    ["takes fields of one element of a list", created, { Records: [record("ObjectCreated:Put", "auto-1")] }, true],
    [
      "leaves fields of different elements",
      created,
      { Records: [record("ObjectCreated:Put", "home-1"), record("ObjectRemoved:Delete", "auto-1")] },
      false,
    ],
    ["reads names with dots as nesting", { "object.nested": ["x"] }, { object: { nested: "x" } }, true],
    ["takes one of a list", { headers: { to: ["q2"] } }, { headers: { to: ["q1", "q2"] } }, true],
    ["takes an empty string beside an empty list", { d: { v: [""] } }, { resources: [], d: { v: "", r: null } }, true],
    ["leaves a body that is no JSON", { a: [{ exists: false }] }, "plain text", false],
    ["leaves a body that is no object", { a: [{ exists: false }] }, "[1]", false],
    ["leaves null", { a: [{ exists: false }] }, "null", false],
  ])("%s", (_, policy, body, accepted) => {
    expect(onBody(policy, body)).toBe(accepted);
  });

  test("is as nested as it likes", () => {
    expect(refusalOf({ a: { b: { c: ["x"] } } }, "MessageBody")).toBe("accepted");
  });
});

test("an empty filter policy takes everything", () => {
  expect(onAttributes({}, {})).toBe(true);
  expect(onBody({}, "plain text")).toBe(true);
});

/** AWS: subscription-filter-policy-constraints; the sentences and sums are recorded. */
describe("a filter policy is refused", () => {
  const values = (count: number) => Array.from({ length: count }, (_, n) => `v${n}`);
  const keys = (count: number) => Object.fromEntries(values(count).map((name) => [name, ["x"]]));

  test("for more than five keys", () => {
    expect(refusalOf(keys(5))).toBe("accepted");
    expect(refusalOf(keys(6))).toBe("Filter policy can not have more than 5 keys");
  });

  test("on the body only for more than five keys at the top", () => {
    expect(refusalOf({ a: keys(6), b: ["x"] }, "MessageBody")).not.toContain("keys");
    expect(refusalOf(keys(6), "MessageBody")).toBe("Filter policy can not have more than 5 keys");
  });

  test.each([
    ["150 values of a key", { a: values(150) }, "accepted"],
    ["151 values of a key", { a: values(151) }, "Filter policy is too complex"],
    ["100 × 51", { a: values(100), b: values(51) }, "Filter policy is too complex"],
    [
      "4 × 6 + 4 × 4 × 4 + 4 × 4 × 4 = 152, over $or",
      {
        a: values(4),
        $or: [{ b: values(6) }, { c: values(4), $or: [{ d: values(4) }, { e: values(4) }] }],
      },
      "Filter policy is too complex",
    ],
    [
      "4 × 5 + 4 × 4 × 4 + 4 × 4 × 4 = 148, over $or",
      {
        a: values(4),
        $or: [{ b: values(5) }, { c: values(4), $or: [{ d: values(4) }, { e: values(4) }] }],
      },
      "accepted",
    ],
  ])("for more than 150 combinations: %s", (_, policy, answer) => {
    expect(refusalOf(policy)).toBe(answer);
  });

  test.each([
    ["(4 × 3) × (3 × 2) × (3 × 1) = 216", { a: { b: { c: values(4) } }, d: { e: values(3) }, f: values(3) }, 216],
    ["(4 × 3) × (3 × 2) × (2 × 1) = 144", { a: { b: { c: values(4) } }, d: { e: values(3) }, f: values(2) }, 144],
  ])("on the body each list counts as often as it is deep: %s", (_, policy, sum) => {
    expect(refusalOf(policy, "MessageBody")).toBe(sum > 150 ? "Filter policy is too complex" : "accepted");
  });

  test("above 256 KB", () => {
    const ofBytes = (bytes: number) => `{"a":["${"a".repeat(bytes - 10)}"]}`;
    expect(refusalOf(ofBytes(262_144))).toBe("accepted");
    expect(refusalOf(ofBytes(262_145))).toBe("The filter policy has 262145 bytes");
  });

  test.each([
    ["no JSON", "invalid", /^failed to parse JSON/],
    ["no object", "[]", /^Filter is not an object$/],
    [
      "anything-but a suffix",
      { key: [{ "anything-but": { suffix: "a" } }] },
      /^Unsupported anything-but pattern: suffix$/,
    ],
    ["a number beyond 10⁹", { key: [{ numeric: ["<", 1e10] }] }, /^Value must be between/],
    ["a list in a list", { key: [["value"]] }, /^Match value must be String, number, true, false, or null$/],
    ["a value outside a list", { key: "value" }, /^"key" must be an object or an array$/],
  ])("for %s", (_, policy, reason) => {
    expect(refusalOf(policy)).toMatch(reason);
  });

  test("never for anything-but a prefix", () => {
    expect(refusalOf({ key: [{ "anything-but": { prefix: "order-" } }] })).toBe("accepted");
  });
});
