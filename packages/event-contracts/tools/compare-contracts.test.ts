import { describe, expect, test } from "vitest";
import { BEYOND_SCHEMA, breakingChanges } from "./compare-contracts.ts";
import { generatedFiles } from "./contract-files.ts";

const beyond = `${BEYOND_SCHEMA}on is no holiday.`;

const before = {
  $id: "urn:example:v1",
  type: "object",
  properties: {
    id: { type: "string", minLength: 1, maxLength: 64, pattern: "^[a-z]+$", description: "an id" },
    kind: { enum: ["a", "b"] },
    version: { const: "1.0" },
    count: { type: "integer", minimum: 1, maximum: 10 },
    ratio: { type: "number" },
    on: { type: "string", format: "date", description: beyond },
    closed: { type: "object", properties: { a: {} }, additionalProperties: false },
    note: { type: ["string", "null"] },
    anything: {},
    lines: {
      type: "array",
      minItems: 1,
      maxItems: 5,
      items: {
        type: "object",
        properties: { amount: { type: "string" }, tax: { type: "string" } },
        required: ["amount"],
      },
    },
    address: { type: "object", properties: { city: { type: "string" } } },
    tags: { type: "object", additionalProperties: { type: ["string", "number"] } },
    choice: { anyOf: [{ type: "string" }, { type: "number" }] },
  },
  required: ["id", "kind", "lines"],
};

type Edit = (schema: Json) => void;
// A schema that is being edited by hand, of whatever form.
interface Json {
  [key: string]: Json;
}

function edited(edit: Edit): unknown {
  const copy: Json = JSON.parse(JSON.stringify(before));
  edit(copy);
  return copy;
}

/** The fields of the contract, and how to set what is no nested object. */
const fields = (schema: Json) => schema["properties"] ?? {};
const set = (object: Json | undefined, key: string, value: unknown) => Object.assign(object ?? {}, { [key]: value });
const field =
  (name: string, key: string, value: unknown): Edit =>
  (schema) =>
    set(fields(schema)[name], key, value);
const without =
  (name: string, key: string): Edit =>
  (schema) =>
    Reflect.deleteProperty(fields(schema)[name] ?? {}, key);

describe("breaks senders", () => {
  test.each<[string, Edit, string]>([
    [
      "a new required field",
      (schema) => {
        set(fields(schema), "added", { type: "string" });
        set(schema, "required", ["id", "kind", "lines", "added"]);
      },
      "added",
    ],
    [
      "an optional field that becomes required",
      (schema) => set(schema, "required", ["id", "kind", "lines", "count"]),
      "count",
    ],
    [
      "a required field inside of an item",
      (schema) => set(fields(schema)["lines"]?.["items"], "required", ["amount", "tax"]),
      "lines[].tax",
    ],
    ["a required field inside of an object", field("address", "required", ["city"]), "address.city"],
    ["a field that is removed", (schema) => Reflect.deleteProperty(fields(schema), "count"), "count"],
    [
      "a field that is renamed",
      (schema) => {
        set(fields(schema), "amount", fields(schema)["count"]);
        Reflect.deleteProperty(fields(schema), "count");
      },
      "count",
    ],
    ["another type", field("id", "type", "number"), "id"],
    ["a number that must be whole", field("ratio", "type", "integer"), "ratio"],
    ["a null that is no longer allowed", field("note", "type", "string"), "note"],
    ["a type where anything went", field("anything", "type", "string"), "anything"],
    [
      "a type that is allowed no longer under other keys",
      field("tags", "additionalProperties", { type: "string" }),
      "tags.*",
    ],
    ["a removed value", field("kind", "enum", ["a"]), "kind"],
    ["a list of values that becomes one value", (schema) => set(fields(schema), "kind", { const: "b" }), "kind"],
    ["another constant", field("version", "const", "1.1"), "version"],
    ["a list of values where anything went", field("anything", "enum", [1]), "anything"],
    ["a list of values for text", field("on", "enum", ["2024-01-01"]), "on"],
    ["a lower maximum", field("count", "maximum", 9), "count"],
    ["a higher minimum", field("count", "minimum", 2), "count"],
    ["a new minimum", field("ratio", "minimum", 0), "ratio"],
    ["a shorter text", field("id", "maxLength", 63), "id"],
    ["a longer minimum length", field("id", "minLength", 2), "id"],
    ["fewer items", field("lines", "maxItems", 4), "lines"],
    ["more items at least", field("lines", "minItems", 2), "lines"],
    ["another pattern", field("id", "pattern", "^[a-z0-9]+$"), "id"],
    ["a new pattern", field("on", "pattern", "^2"), "on"],
    ["another format", field("on", "format", "date-time"), "on"],
    ["a new format", field("note", "format", "email"), "note"],
    ["other fields forbidden", (schema) => set(schema, "additionalProperties", false), ""],
    ["other fields of one type only", (schema) => set(schema, "additionalProperties", { type: "string" }), "*"],
    ["items of another type", (schema) => set(fields(schema)["lines"], "items", { type: "string" }), "lines[]"],
    ["a choice that is narrowed", field("choice", "anyOf", [{ type: "string" }]), "choice"],
    ["a keyword never seen here", field("id", "not", { const: "x" }), "id"],
    ["a field that may be nothing at all", (schema) => set(fields(schema), "count", false), "count"],
    ["a name that is forbidden from now on", (schema) => set(fields(schema), "added", false), "added"],
    [
      "a field of another type than other fields had",
      (schema) => set(fields(schema)["tags"], "properties", { added: { type: "boolean" } }),
      "tags.added",
    ],
    ["a constant beside a list of values", field("kind", "const", "a"), "kind"],
    ["a constant and a list that leave no value", field("version", "enum", ["1.1"]), "version"],
    ["an exclusive maximum instead of one", field("count", "exclusiveMaximum", 10), "count"],
    ["multiples only", field("ratio", "multipleOf", 0.01), "ratio"],
    ["items that must differ", field("lines", "uniqueItems", true), "lines"],
    ["items that must hold something", field("lines", "contains", { type: "object" }), "lines"],
    ["fewer fields", field("address", "maxProperties", 1), "address"],
    ["names of fields that are narrowed", field("tags", "propertyNames", { pattern: "^x-" }), "tags"],
    ["other fields forbidden inside of an object", field("address", "additionalProperties", false), "address"],
    ["another rule where one was", field("address", "description", `${BEYOND_SCHEMA}city is in CAPITALS.`), "address"],
    ["a rule beside one", field("on", "description", `${beyond} ${BEYOND_SCHEMA}on is a weekday.`), "on"],
    ["another dialect of JSON Schema", (schema) => set(schema, "$schema", "https://example.org/later"), ""],
    ["a field that holds for others", (schema) => set(schema, "dependencies", { count: ["ratio"] }), ""],
  ])("%s", (_, edit, path) => {
    expect(breakingChanges(before, edited(edit)).map((change) => change.path)).toContain(path);
  });
});

describe("harms nobody", () => {
  test.each<[string, Edit]>([
    ["no change at all", () => undefined],
    ["a new optional field", (schema) => set(fields(schema), "added", { type: "string" })],
    [
      "a new optional field of an item",
      (schema) => set(fields(schema)["lines"]?.["items"]?.["properties"], "unit", {}),
    ],
    ["a required field that becomes optional", (schema) => set(schema, "required", ["id", "lines"])],
    ["other words", field("id", "description", "the id")],
    ["other words for the whole", (schema) => set(schema, "title", "An example")],
    ["another $id", (schema) => set(schema, "$id", "https://example.org/v1")],
    ["one more value", field("kind", "enum", ["c", "b", "a"])],
    ["a constant that becomes a list with it", (schema) => set(fields(schema), "version", { enum: ["1.0", "1.1"] })],
    ["any value of a type, instead of a list of them", (schema) => set(fields(schema), "kind", { type: "string" })],
    ["one more type", field("id", "type", ["string", "number"])],
    ["any type", without("ratio", "type")],
    ["a whole number that may be a fraction", field("count", "type", "number")],
    ["a higher maximum", field("count", "maximum", 11)],
    ["no maximum", without("count", "maximum")],
    ["a lower minimum", field("count", "minimum", 0)],
    ["a longer text", field("id", "maxLength", 65)],
    ["no length", without("id", "maxLength")],
    ["more items", field("lines", "maxItems", 6)],
    ["no pattern", without("id", "pattern")],
    ["no format", without("on", "format")],
    ["keys in another order", (schema) => set(schema, "required", ["lines", "kind", "id"])],
    ["anything goes", (schema) => set(fields(schema), "count", true)],
    ["types in another order", field("note", "type", ["null", "string"])],
    ["a rule less", without("on", "description")],
    ["a rule in other company", field("on", "description", `The day. ${beyond}`)],
    [
      "a field of the type that other fields had",
      (schema) => set(fields(schema)["tags"], "properties", { added: { type: ["string", "number"], title: "added" } }),
    ],
    ["a field where none but the known were allowed", field("closed", "properties", { a: {}, b: { type: "string" } })],
    ["other fields where none were allowed", field("closed", "additionalProperties", { type: "string" })],
    ["other fields allowed, as they were", (schema) => set(schema, "additionalProperties", true)],
    ["any other value under other keys", without("tags", "additionalProperties")],
  ])("%s", (_, edit) => {
    expect(breakingChanges(before, edited(edit))).toEqual([]);
  });
});

test("what allowed nothing may allow anything", () => {
  expect(breakingChanges({ additionalProperties: false }, {})).toEqual([]);
});

describe("in the contract of an order that was placed", () => {
  const text = generatedFiles().get("doorbell.order.placed.v1.schema.json") ?? "";
  const at = (schema: Json, ...names: readonly string[]) =>
    names.reduce<Json | undefined>((found, name) => found?.[name], schema);
  const DATA = ["properties", "data", "properties"];
  const LINE = [...DATA, "lines", "items"];
  const setAt =
    (path: readonly string[], key: string, value: unknown): Edit =>
    (schema) =>
      set(at(schema, ...path), key, value);
  const changes = (edit: Edit) => {
    const copy: Json = JSON.parse(text);
    edit(copy);
    expect(JSON.stringify(copy)).not.toBe(JSON.stringify(JSON.parse(text)));
    return breakingChanges(JSON.parse(text), copy);
  };

  test.each<[string, Edit, string]>([
    ["a required extension attribute breaks", setAt([], "required", ["tenant", "data"]), "tenant"],
    [
      "a required customer segment breaks",
      setAt([...DATA, "customer"], "required", ["segment"]),
      "data.customer.segment",
    ],
    ["a required product name breaks", setAt(LINE, "required", ["productName"]), "data.lines[].productName"],
    ["a smaller order breaks", setAt([...DATA, "lines"], "maxItems", 499), "data.lines"],
    [
      "a smaller quantity breaks",
      setAt([...LINE, "properties", "quantity"], "maximum", 1_000),
      "data.lines[].quantity",
    ],
    ["shorter order ids break", setAt([...DATA, "orderId"], "maxLength", 63), "data.orderId"],
    ["fewer decimals break", setAt([...DATA, "total"], "pattern", "^[0-9]+$"), "data.total"],
    ["fewer currencies break", setAt([...DATA, "currency"], "enum", ["CHF", "USD"]), "data.currency"],
    [
      "an address without other fields breaks",
      setAt([...DATA, "shipTo"], "additionalProperties", false),
      "data.shipTo",
    ],
    [
      "an amount that is a number breaks",
      setAt([...LINE, "properties", "amount"], "type", "number"),
      "data.lines[].amount",
    ],
    ["another rule about the total breaks", setAt(["properties", "data"], "description", `${BEYOND_SCHEMA}x.`), "data"],
  ])("%s", (_, edit, path) => {
    expect(changes(edit).map((change) => change.path)).toContain(path);
  });

  test.each<[string, Edit]>([
    ["a new extension attribute harms nobody", setAt(["properties"], "tenant", { type: "string" })],
    ["a larger order harms nobody", setAt([...DATA, "lines"], "maxItems", 501)],
    ["an order without a currency harms nobody", setAt(["properties", "data"], "required", ["orderId", "total"])],
    ["other words harm nobody", setAt([...DATA, "total"], "description", "what it costs")],
  ])("%s", (_, edit) => {
    expect(changes(edit)).toEqual([]);
  });
});
