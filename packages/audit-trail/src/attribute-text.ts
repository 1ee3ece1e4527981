import { type AttributeValue, type Image, parseImage } from "@doorbell/aws-events/attribute-value";
import type { Parsed } from "@doorbell/aws-events/parsed";
import { canonicalNumber } from "./canonical-number.ts";

/**
 * A value in DynamoDB JSON, as the one text that all equal values share: names of maps and elements of sets in order,
 * numbers exact and canonical, binaries in base64. Two values are equal when their texts are.
 */
export function attributeText(value: AttributeValue): string {
  if ("M" in value) return `{"M":${imageText(value.M)}}`;
  if ("L" in value) return `{"L":[${value.L.map(attributeText).join(",")}]}`;
  if ("N" in value) return `{"N":"${canonicalNumber(value.N)}"}`;
  if ("B" in value) return `{"B":"${base64(value.B)}"}`;
  if ("SS" in value) return JSON.stringify({ SS: value.SS.toSorted() });
  if ("NS" in value) return JSON.stringify({ NS: value.NS.map(canonicalNumber).sort() });
  if ("BS" in value) return JSON.stringify({ BS: value.BS.map(base64).sort() });
  return JSON.stringify(value);
}

/** An image as the one text that all equal images share. */
export function imageText(image: Image): string {
  const attributes = Object.entries(image).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${attributes.map(([name, value]) => `${JSON.stringify(name)}:${attributeText(value)}`).join(",")}}`;
}

/** The value of such a text. Never throws: what is no such text comes back as issues. */
export function parseAttributeText(text: string): Parsed<AttributeValue> {
  const parsed = parseImage({ value: jsonOf(text) }, "");
  if (!parsed.ok) return parsed;
  const value = parsed.value["value"];
  return value === undefined
    ? { ok: false, issues: [{ path: "", expected: "a value in DynamoDB JSON", received: "nothing" }] }
    : { ok: true, value };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // which `parseImage` refuses
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
