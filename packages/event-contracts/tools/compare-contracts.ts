import { isDeepStrictEqual } from "node:util";
import { isObject } from "@doorbell/aws-events/is-object";

/** A change that may make an event invalid that was valid, or that takes a field's meaning away. */
export interface BreakingChange {
  /** Where, as in `data.lines[].amount`; the empty string is the event itself. */
  readonly path: string;
  readonly change: string;
}

/** Stands before each sentence of a description that is a rule which JSON Schema cannot say. */
export const BEYOND_SCHEMA = "Beyond this schema: ";

type Schema = Readonly<Record<string, unknown>>;

/** Words for people, which bind nobody. */
const ANNOTATIONS = new Set(["$id", "$comment", "title", "description", "examples", "default", "deprecated"]);
const UPPER_LIMITS = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
const LOWER_LIMITS = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const CONSTRAINTS = ["pattern", "format", "multipleOf", "uniqueItems", "contentEncoding", "contentMediaType"];
const FORM = ["type", "const", "enum", "required", "properties", "additionalProperties", "items"];
const COMPARED = new Set([...FORM, ...UPPER_LIMITS, ...LOWER_LIMITS, ...CONSTRAINTS]);

/**
 * The breaking changes from one version of a contract to the next: all that a sender could do before and can do no longer.
 * A keyword that it does not know counts as breaking as soon as it changes, so that nothing slips through.
 */
export function breakingChanges(before: unknown, after: unknown, path = ""): readonly BreakingChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [old, now] = [asSchema(before), asSchema(after)];
  if (old === undefined || now === undefined) return [{ path, change: "can no longer be compared" }];
  return [
    ...changed(path, valueChanges(old, now)),
    ...changed(path, limitChanges(old, now)),
    ...changed(path, ruleChanges(old, now)),
    ...changed(path, unknownChanges(old, now)),
    ...propertyChanges(old, now, path),
    ...("items" in now ? breakingChanges(old["items"] ?? true, now["items"], `${path}[]`) : []),
  ];
}

function changed(path: string, changes: readonly string[]): readonly BreakingChange[] {
  return changes.map((change) => ({ path, change }));
}

/** JSON Schema allows `true` for anything and `false` for nothing. */
function asSchema(schema: unknown): Schema | undefined {
  if (schema === true) return {};
  return isObject(schema) ? schema : undefined;
}

function valueChanges(old: Schema, now: Schema): readonly string[] {
  const changes: string[] = [];
  const [oldTypes, types] = [typesOf(old), typesOf(now)];
  const isAllowed = (type: string) => types.includes(type) || (type === "integer" && types.includes("number"));
  if (types.length > 0 && (oldTypes.length === 0 || !oldTypes.every(isAllowed))) {
    changes.push(`type narrowed from ${oldTypes.join(" or ") || "anything"} to ${types.join(" or ")}`);
  }
  const [oldValues, values] = [valuesOf(old), valuesOf(now)];
  if (values !== undefined) {
    const removed = oldValues?.filter((value) => !values.some((other) => isDeepStrictEqual(value, other)));
    if (removed === undefined) changes.push("any value narrowed to a list of values");
    else if (removed.length > 0)
      changes.push(`values removed: ${removed.map((each) => JSON.stringify(each)).join(", ")}`);
  }
  return changes;
}

/** A contract may say `const: "a"` and no type; the values' types then stand for it. */
function typesOf(schema: Schema): readonly string[] {
  const { type } = schema;
  if (typeof type === "string") return [type];
  if (Array.isArray(type)) return type.map(String);
  return [...new Set((valuesOf(schema) ?? []).map(typeOf))];
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function valuesOf(schema: Schema): readonly unknown[] | undefined {
  const list = Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
  if (!("const" in schema)) return list;
  const value = schema["const"];
  return list === undefined || list.some((each) => isDeepStrictEqual(each, value)) ? [value] : [];
}

function limitChanges(old: Schema, now: Schema): readonly string[] {
  const tightened = [...UPPER_LIMITS, ...LOWER_LIMITS].filter((keyword) => {
    const [before, after] = [old[keyword], now[keyword]];
    if (after === undefined || after === before) return false;
    if (typeof before !== "number" || typeof after !== "number") return true;
    return UPPER_LIMITS.includes(keyword) ? after < before : after > before;
  });
  const changedRules = CONSTRAINTS.filter(
    (keyword) => keyword in now && !isDeepStrictEqual(old[keyword], now[keyword]),
  );
  return [
    ...tightened.map((keyword) => `${keyword} tightened from ${show(old[keyword])} to ${show(now[keyword])}`),
    ...changedRules.map((keyword) => `${keyword} changed from ${show(old[keyword])} to ${show(now[keyword])}`),
  ];
}

function show(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}

/** The rules that JSON Schema cannot say stand in the description, a sentence each: a new one narrows the contract like any other. */
function ruleChanges(old: Schema, now: Schema): readonly string[] {
  const rules = rulesIn(old["description"]);
  return rulesIn(now["description"])
    .filter((rule) => !rules.includes(rule))
    .map((rule) => `a new rule: ${rule}`);
}

function rulesIn(description: unknown): readonly string[] {
  return typeof description === "string"
    ? description
        .split(BEYOND_SCHEMA)
        .slice(1)
        .map((rule) => rule.trim())
    : [];
}

function unknownChanges(old: Schema, now: Schema): readonly string[] {
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((keyword) => !ANNOTATIONS.has(keyword) && !COMPARED.has(keyword))
    .filter((keyword) => !isDeepStrictEqual(old[keyword], now[keyword]))
    .map((keyword) => `${keyword} changed in a way that cannot be compared`);
}

function propertyChanges(old: Schema, now: Schema, path: string): readonly BreakingChange[] {
  const [oldProperties, properties] = [fieldsOf(old), fieldsOf(now)];
  const at = (name: string) => (path === "" ? name : `${path}.${name}`);
  const wasRequired = namesOf(old);
  const required = namesOf(now).filter((name) => !wasRequired.includes(name));
  const removed = Object.keys(oldProperties).filter((name) => !Object.hasOwn(properties, name));
  const kept = Object.keys(oldProperties).filter((name) => Object.hasOwn(properties, name));
  const added = Object.keys(properties).filter((name) => !Object.hasOwn(oldProperties, name));
  const [oldRest, rest] = [old["additionalProperties"] ?? true, now["additionalProperties"] ?? true];
  const isClosed = rest === false && oldRest !== false;
  const closed = isClosed ? [{ path, change: "other fields are no longer allowed" }] : [];
  const narrowed = rest === false || oldRest === false ? [] : breakingChanges(oldRest, rest, at("*"));
  return [
    ...required.map((name) => ({ path: at(name), change: "is newly required" })),
    ...removed.map((name) => ({ path: at(name), change: "was removed" })),
    ...kept.flatMap((name) => breakingChanges(oldProperties[name], properties[name], at(name))),
    ...added.flatMap((name) => addedChanges(oldRest, properties[name], at(name))),
    ...closed,
    ...narrowed,
  ];
}

/**
 * A new field was an unknown one before. Where unknown fields could be anything they were ignored, so it may say what it likes, unless it
 * forbids the name.
 */
function addedChanges(oldRest: unknown, field: unknown, path: string): readonly BreakingChange[] {
  if (oldRest === false) return [];
  if (field === false) return [{ path, change: "is no longer allowed" }];
  return oldRest === true || isDeepStrictEqual(oldRest, {}) ? [] : breakingChanges(oldRest, field, path);
}

function fieldsOf(schema: Schema): Schema {
  return isObject(schema["properties"]) ? schema["properties"] : {};
}

function namesOf(schema: Schema): readonly string[] {
  return Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
}
