/*
 * What tests say parsers should answer, in another way than parsers are written: tables of what a field must be.
 */

/** A JSON object. */
export type Json = Record<string, unknown>;

/** True for a JSON object. */
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
/** True for text, also empty. */
export const isText = (value: unknown): value is string => typeof value === "string";
/** True for text that is not empty. */
export const isName = (value: unknown): value is string => isText(value) && value.length > 0;
/** True for `null` and for a field that is not there. */
export const isNothing = (value: unknown) => value === undefined || value === null;
/** What is not there passes. */
export const optional = (check: (value: unknown) => boolean) => (value: unknown) => isNothing(value) || check(value);
/** True for an RFC 3339 instant on a day that exists. */
export const isInstant = (value: unknown) =>
  isText(value) &&
  /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(value) &&
  isDay(value.slice(0, 10)) &&
  value.slice(11, 13) < "24" &&
  value.slice(14, 16) < "60" &&
  value.slice(17, 19) < "60" &&
  /(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.test(value);

/** True for a day that exists, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

/** The value at a dotted path; undefined where a step is no object. */
export function at(record: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), record);
}

/** True for an object whose values at these paths all pass. */
export function fits(record: unknown, fields: Record<string, (value: unknown) => boolean>): boolean {
  return isObject(record) && Object.entries(fields).every(([path, check]) => check(at(record, path)));
}

/** Leaves out what is null or absent. */
export function present(values: Json): Json {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isNothing(value)));
}

/** The object with each value mapped; empty for what is no object. */
export function mapped(values: unknown, map: (value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(isObject(values) ? values : {}).map(([key, value]) => [key, map(value)]));
}

/** An object of whose fields each passes. */
export const everyField = (check: (value: unknown) => boolean) => (value: unknown) =>
  isObject(value) && Object.values(value).every(check);
