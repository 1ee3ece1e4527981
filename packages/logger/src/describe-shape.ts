/** Objects and arrays in one another that are described; what is deeper is `…`. */
export const MAX_SHAPE_DEPTH = 8;
/** Names that are described in all, and of one object. */
export const MAX_SHAPE_FIELDS = 200;
export const MAX_SHAPE_FIELDS_OF_OBJECT = 40;
const MAX_NAME_CHARS = 64;
const PLAIN_NAME = /^[A-Za-z_$][\w$]*$/;

/**
 * The shape of a payload in the notation of TypeScript, for whoever meets a new event source: names and types, never a
 * value. An array is described by its first element and its length: `{ Records: { body: string }[10] }`. Bounded in
 * depth and width, so also in time.
 */
export function describeShape(payload: unknown): string {
  return shapeOf(payload, MAX_SHAPE_DEPTH, { fields: MAX_SHAPE_FIELDS });
}

function shapeOf(value: unknown, depth: number, left: { fields: number }): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  if (depth === 0) return "…";
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `${shapeOf(value[0], depth - 1, left)}[${value.length}]`;
  return shapeOfObject(value, depth, left);
}

function shapeOfObject(value: object, depth: number, left: { fields: number }): string {
  const names = Object.keys(value);
  const fields: string[] = [];
  for (const name of names) {
    if (left.fields === 0 || fields.length === MAX_SHAPE_FIELDS_OF_OBJECT) break;
    left.fields -= 1;
    const shape: string = shapeOf(Reflect.get(value, name), depth - 1, left);
    fields.push(`${written(name)}: ${shape}`);
  }
  if (fields.length < names.length) fields.push(`… ${names.length - fields.length} more`);
  return fields.length === 0 ? "{}" : `{ ${fields.join("; ")} }`;
}

function written(name: string): string {
  const short = name.length <= MAX_NAME_CHARS ? name : `${name.slice(0, MAX_NAME_CHARS - 1)}…`;
  return PLAIN_NAME.test(short) ? short : JSON.stringify(short);
}
