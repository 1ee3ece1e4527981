import { readFileSync } from "node:fs";
import { type Json, at, isDay, isInstant, isObject } from "@doorbell/fuzzing/expectation";
import { Ajv, type ValidateFunction } from "ajv";

const ajv = new Ajv({ allErrors: false, strict: true, formats: { date: isDay, "date-time": isInstant } });
const validators = new Map<string, { readonly validate: ValidateFunction; readonly schema: Json }>();

function contract(type: string) {
  const known = validators.get(type);
  if (known !== undefined) return known;
  const file = new URL(`../../../contracts/${type}.schema.json`, import.meta.url);
  const schema: Json = JSON.parse(readFileSync(file, "utf8"));
  const made = { validate: ajv.compile(schema), schema };
  validators.set(type, made);
  return made;
}

/**
 * A business event as services should see it, by the published contract of `type`, and by the rules and the characters that
 * JSON Schema cannot tell of; its amounts without zeros that say nothing.
 */
export function expectedBusinessEvent(type: string, event: unknown): unknown {
  const { validate, schema } = contract(type);
  if (!validate(event) || !isCarried(event)) return undefined;
  const known = project(schema, event);
  if (at(known, "subject") !== at(known, "data.orderId")) return undefined;
  const lines = at(known, "data.lines");
  if (Array.isArray(lines) && cents(at(known, "data.total")) !== sumOf(lines)) return undefined;
  if (!isPercentEncoded(String(at(known, "source")))) return undefined;
  const orderId = String(at(known, "data.orderId"));
  if (orderId !== orderId.normalize("NFC") || /[\p{DI}\p{Zl}\p{Zp}]/u.test(orderId)) return undefined;
  return hasOddCharacter(known) ? undefined : withCanonicalAmounts(known);
}

const AMOUNTS = new Set(["amount", "total", "discount", "profit"]);

function withCanonicalAmounts(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => withCanonicalAmounts(item));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withCanonicalAmounts(child, key)]));
  }
  if (typeof value !== "string" || !AMOUNTS.has(name)) return value;
  const [whole = "", decimals = ""] = value.split(".");
  const said = decimals.replace(/0+$/, "");
  return said === "" ? whole : `${whole}.${said}`;
}

function isCarried(event: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(event)) <= 200 * 1024;
}

/** Only the fields that the contract names. */
function project(schema: unknown, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => project(at(schema, "items"), item));
  const properties = at(schema, "properties");
  if (!isObject(value) || !isObject(properties)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => Object.hasOwn(properties, key))
      .map(([key, child]) => [key, project(properties[key], child)]),
  );
}

/** Whether the escapes of a text, which the contract's pattern has let pass, are UTF-8 and stand where they must alone. */
function isPercentEncoded(text: string): boolean {
  const bytes = Buffer.from(
    text.replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
  const decoded = bytes.toString("utf8");
  const escapes = [...text.matchAll(/%(..)/g)].map(([, hex = ""]) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded).equals(bytes) && !escapes.some((character) => /[\w.!~*'()-]/.test(character));
}

function cents(amount: unknown): bigint {
  const [whole = "0", decimals = ""] = String(amount).split(".");
  return BigInt(whole + decimals.padEnd(4, "0"));
}

function sumOf(lines: readonly unknown[]): bigint {
  return lines.reduce<bigint>((sum, line) => sum + cents(at(line, "amount")), 0n);
}

/** Lone surrogates, and the noncharacters at the ends of the upper planes: no notation for them is common to all languages. */
function hasOddCharacter(value: unknown): boolean {
  return /[\p{Cs}\p{NChar}]/u.test(JSON.stringify(value)) || /\\ud[89a-f]/i.test(JSON.stringify(value));
}
