import { createHash } from "node:crypto";

/**
 * SHA-256, in hexadecimal, of a payload's canonical JSON: the order of object keys does not matter, the order of list
 * elements does. Pass the fields that make two events the same, and take it before anything can mutate them.
 *
 * @throws TypeError for what JSON cannot carry (a function, a bigint, NaN, a cycle), which would make two payloads look alike
 */
export function fingerprint(payload: unknown): string {
  return createHash("sha256").update(canonicalJson(payload)).digest("hex");
}

/** JSON with object keys in code-unit order, no white space, and members that are `undefined` left out. */
export function canonicalJson(value: unknown): string {
  return write(value, []);
}

function write(value: unknown, parents: readonly object[]): string {
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value !== "object") throw new TypeError(`A payload cannot hold ${describe(value)}`);
  if (parents.includes(value)) throw new TypeError("A payload cannot hold itself");
  const inside = [...parents, value];
  if (Array.isArray(value)) return `[${value.map((element) => write(element, inside)).join(",")}]`;
  if (!isPlain(value)) throw new TypeError(`A payload cannot hold an instance of ${value.constructor?.name}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${write(member, inside)}`);
  return `{${members.join(",")}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function describe(value: unknown): string {
  return typeof value === "number" ? String(value) : `a ${typeof value}`;
}
