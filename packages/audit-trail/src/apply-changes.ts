import type { AttributeValue, Image } from "@doorbell/aws-events/attribute-value";
import { attributeText } from "./attribute-text.ts";
import { type FieldChange, fieldsOf, partsOf } from "./diff-images.ts";

/**
 * Replays changes on an image; no image stands for no item, both ways. Every change must find what it says was there.
 * @throws ChangeDoesNotFitError when a path leads nowhere or finds another value than the change's `before`
 */
export function applyChanges(image: Image | undefined, changes: readonly FieldChange[]): Image | undefined {
  let fields: Fields = fieldsOf(image ?? {});
  for (const change of changes) fields = changed(fields, stepsOf(change.path), change);
  return fields.size === 0 ? undefined : Object.fromEntries(fields);
}

type Fields = ReadonlyMap<string, AttributeValue>;

function changed(fields: Fields, [name, ...rest]: readonly string[], change: FieldChange): Fields {
  if (name === undefined) throw new ChangeDoesNotFitError(change.path);
  const found = fields.get(name);
  const result = new Map(fields);
  if (rest.length > 0) return result.set(name, changedInside(found, rest, change));
  if (!isSame(found, change.before)) throw new ChangeDoesNotFitError(change.path);
  if (change.after !== undefined) return result.set(name, change.after);
  result.delete(name);
  return result;
}

function changedInside(
  found: AttributeValue | undefined,
  rest: readonly string[],
  change: FieldChange,
): AttributeValue {
  const parts = found === undefined ? undefined : partsOf(found);
  if (found === undefined || parts === undefined) throw new ChangeDoesNotFitError(change.path);
  const result = changed(parts, rest, change);
  if ("M" in found) return { M: Object.fromEntries(result) };
  // A list keeps its length: its elements are only ever replaced.
  if (result.size !== parts.size) throw new ChangeDoesNotFitError(change.path);
  return { L: [...result.values()] };
}

function isSame(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return attributeText(a) === attributeText(b);
}

function stepsOf(pointer: string): readonly string[] {
  const [root, ...steps] = pointer.split("/");
  if (root !== "") return [];
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A change does not belong to the image that it is replayed on. */
export class ChangeDoesNotFitError extends Error {
  readonly code = "CHANGE_DOES_NOT_FIT";
  readonly path: string;

  constructor(path: string) {
    super(`The change of ${path || "nothing"} does not fit the image that it is replayed on.`);
    this.name = "ChangeDoesNotFitError";
    this.path = path;
  }
}
