import { type Place, refuse } from "./fields.ts";
import { isObject } from "./is-object.ts";
import type { Issue, Parsed } from "./parsed.ts";

/**
 * A value as DynamoDB writes it in JSON, binary values decoded. Numbers stay text, exact to all of their up to 38
 * digits. Fits the SDK's own type.
 */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: Uint8Array }
  | { BOOL: boolean }
  | { NULL: true }
  | { M: Image }
  | { L: AttributeValue[] }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: Uint8Array[] };

/** An item, or a part of one: its attributes by name. */
export type Image = Record<string, AttributeValue>;

/** Deeper values are refused, which bounds the recursion. DynamoDB itself stops at 32 levels. */
export const MAX_ATTRIBUTE_DEPTH = 64;

const NUMBER = /^[+-]?\d{1,200}(?:\.\d{1,200})?(?:[eE][+-]?\d{1,3})?$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Reads an item or a key in DynamoDB JSON. Never throws, however deep the input is. `path` leads the issues' paths. */
export function parseImage(input: unknown, path: string): Parsed<Image> {
  const issues: Issue[] = [];
  const value = readImage(input, { parent: undefined, key: path, issues });
  return issues.length === 0 ? { ok: true, value } : { ok: false, issues };
}

/** The image at `place`; counts only if no issue was noted there. */
export function readImage(input: unknown, place: Place): Image {
  return readMap(input, place, 0);
}

function inside(parent: Place, key: string | number): Place {
  return { parent, key, issues: parent.issues };
}

function readMap(input: unknown, place: Place, depth: number): Image {
  const attributes: [string, AttributeValue][] = [];
  if (isObject(input)) {
    for (const [name, value] of Object.entries(input)) {
      attributes.push([name, readValue(value, inside(place, name), depth + 1)]);
    }
  } else refuse(place, "attributes by name", input);
  // `fromEntries` makes even an attribute named `__proto__` a plain property.
  return Object.fromEntries(attributes);
}

function readValue(input: unknown, place: Place, depth: number): AttributeValue {
  const entries = depth <= MAX_ATTRIBUTE_DEPTH && isObject(input) ? Object.entries(input) : [];
  const [entry] = entries;
  if (entry !== undefined && entries.length === 1) return readTyped(entry[0], entry[1], place, depth);
  const isDeep = depth > MAX_ATTRIBUTE_DEPTH;
  refuse(place, isDeep ? `at most ${MAX_ATTRIBUTE_DEPTH} levels` : "a value with one type, such as { S: … }", input);
  return { NULL: true };
}

function readTyped(type: string, value: unknown, owner: Place, depth: number): AttributeValue {
  const at = inside(owner, type);
  switch (type) {
    case "S":
      return { S: readString(value, at) };
    case "N":
      return { N: readNumber(value, at) };
    case "B":
      return { B: readBinary(value, at) };
    case "BOOL":
      if (typeof value !== "boolean") refuse(at, "true or false", value);
      return { BOOL: value === true };
    case "NULL":
      if (value !== true) refuse(at, "true", value);
      return { NULL: true };
    case "M":
      return { M: readMap(value, at, depth) };
    case "L":
      return { L: readList(value, at, (element, place) => readValue(element, place, depth + 1)) };
    // Empty sets are let through: DynamoDB stores none, but other writers of stream records send them.
    case "SS":
      return { SS: readList(value, at, readString) };
    case "NS":
      return { NS: readList(value, at, readNumber) };
    case "BS":
      return { BS: readList(value, at, readBinary) };
    default:
      refuse(owner, "a type of DynamoDB (S, N, B, BOOL, NULL, M, L, SS, NS or BS)", type);
      return { NULL: true };
  }
}

function readList<T>(input: unknown, place: Place, read: (value: unknown, at: Place) => T): T[] {
  if (Array.isArray(input)) return input.map((element, index) => read(element, inside(place, index)));
  refuse(place, "an array", input);
  return [];
}

function readString(input: unknown, place: Place): string {
  if (typeof input === "string") return input;
  refuse(place, "string", input);
  return "";
}

/** A JSON number would have lost digits already, so only text will do. */
function readNumber(input: unknown, place: Place): string {
  if (typeof input === "string" && NUMBER.test(input)) return input;
  refuse(place, "a number as text", input);
  return "0";
}

function readBinary(input: unknown, place: Place): Uint8Array {
  if (typeof input === "string" && input.length % 4 === 0 && BASE64.test(input)) {
    return new Uint8Array(Buffer.from(input, "base64"));
  }
  refuse(place, "base64", input);
  return new Uint8Array();
}
