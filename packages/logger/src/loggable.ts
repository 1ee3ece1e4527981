import { describeError } from "./describe-error.ts";
import type { IsRedacted } from "./redaction.ts";

/** What stands for a value that is not for logs. */
export const REDACTED = "[redacted]";
/** What stands for a value that is too deep, or comes after the line has become too long. */
export const LEFT_OUT = "…";
/** Objects and arrays in one another below the fields of a line. */
export const MAX_DEPTH = 8;
/** Characters of one text; a longer one is cut. */
export const MAX_TEXT_CHARS = 2_000;
/** Characters of all fields of a line, roughly. CloudWatch Logs refuses events over 256 KB. */
export const MAX_FIELDS_CHARS = 64_000;

/**
 * A plain copy of `fields` that is fit for a line: personal data and secrets redacted, errors described, and bounded in
 * depth and size whatever comes, circles included. Functions, symbols and undefined are left out.
 */
export function loggable(fields: object, isRedacted: IsRedacted): Record<string, unknown> {
  return copyFields(fields, { parent: "", depth: 0, isRedacted, budget: { chars: MAX_FIELDS_CHARS } });
}

interface Place {
  /** The nearest key above; the elements of an array have the array's. */
  readonly parent: string;
  readonly depth: number;
  readonly isRedacted: IsRedacted;
  /** What may still be written, shared by the whole line. */
  readonly budget: { chars: number };
}

function copyFields(fields: object, place: Place): Record<string, unknown> {
  const copies: [string, unknown][] = [];
  for (const [name, value] of Object.entries(fields)) {
    const key = cut(name, 100);
    // The two quotes, the colon and the comma.
    if (!spend(place.budget, key.length + 4)) break;
    const copied = place.isRedacted(place.parent, name) ? REDACTED : copy(value, { ...place, parent: name });
    if (copied !== undefined) copies.push([key, copied]);
  }
  return Object.fromEntries(copies);
}

function copy(value: unknown, place: Place): unknown {
  switch (typeof value) {
    case "string":
      return copyText(value, place);
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return copyText(value.toString(), place);
    case "object":
      return value === null ? null : copyObject(value, place);
    default:
      return undefined;
  }
}

function copyObject(value: object, place: Place): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  if (value instanceof URL) return copyText(value.origin + value.pathname, place);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (value instanceof Map || value instanceof Set) return `${value.size} entries`;
  if (place.depth >= MAX_DEPTH) return LEFT_OUT;
  const inside = { ...place, depth: place.depth + 1 };
  if (value instanceof Error) return copyFields(describeError(value), inside);
  return Array.isArray(value) ? copyElements(value, inside) : copyFields(value, inside);
}

function copyElements(elements: readonly unknown[], place: Place): unknown[] {
  const copies: unknown[] = [];
  for (const element of elements) {
    if (!spend(place.budget, 4)) return [...copies, LEFT_OUT];
    copies.push(copy(element, place) ?? null);
  }
  return copies;
}

function copyText(text: string, { budget }: Place): string {
  const whole = cut(text, MAX_TEXT_CHARS);
  return spend(budget, whole.length) ? whole : LEFT_OUT;
}

function spend(budget: { chars: number }, chars: number): boolean {
  if (budget.chars < chars) return false;
  budget.chars -= chars;
  return true;
}

function cut(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}
