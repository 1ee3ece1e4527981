import type { AttributeValue, Image } from "@doorbell/aws-events/attribute-value";
import { attributeText } from "./attribute-text.ts";

/**
 * One field that differs. `path` is a JSON Pointer (RFC 6901) through maps and lists: `/placed/lines/0/amount`.
 * Without `before` the field was added, without `after` it was removed.
 */
export interface FieldChange {
  readonly path: string;
  readonly before?: AttributeValue;
  readonly after?: AttributeValue;
}

/**
 * The fields in which two images of an item differ, in the order of their names; no image stands for no item. Maps are
 * compared field by field and lists of one length element by element; anything else that differs is one change.
 * Replaying the changes on `before` gives `after` (see `applyChanges`).
 */
export function diffImages(before: Image | undefined, after: Image | undefined): readonly FieldChange[] {
  return diffFields("", fieldsOf(before ?? {}), fieldsOf(after ?? {}));
}

/** The name of a field as a JSON Pointer has it. */
export function pointerStep(name: string): string {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** What a value holds by name or by position; undefined for a value that is one piece. */
export function partsOf(value: AttributeValue): ReadonlyMap<string, AttributeValue> | undefined {
  if ("M" in value) return fieldsOf(value.M);
  return "L" in value ? new Map(value.L.map((element, index) => [String(index), element])) : undefined;
}

/** The attributes of an image by name; a map, since a name can be `__proto__`. */
export function fieldsOf(image: Image): Map<string, AttributeValue> {
  return new Map(Object.entries(image));
}

type Fields = ReadonlyMap<string, AttributeValue>;

function diffFields(path: string, before: Fields, after: Fields): FieldChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => diffField(path + pointerStep(name), before.get(name), after.get(name)));
}

function diffField(path: string, before?: AttributeValue, after?: AttributeValue): FieldChange[] {
  if (before === undefined || after === undefined) {
    return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
  }
  if (isComparable(before, after)) return diffFields(path, partsOf(before) ?? new Map(), partsOf(after) ?? new Map());
  return attributeText(before) === attributeText(after) ? [] : [{ path, before, after }];
}

function isComparable(before: AttributeValue, after: AttributeValue): boolean {
  if ("M" in before) return "M" in after;
  return "L" in before && "L" in after && before.L.length === after.L.length;
}
