import { EXPECTED_INSTANT, isInstant } from "./calendar.ts";
import { isObject } from "./is-object.ts";
import { issueAt, joinPath, MAX_ISSUES } from "./issue.ts";
import type { Issue } from "./parsed.ts";

/**
 * An object of an AWS event while it is read, and where it sits. The readers below check the fields that are needed; the rest
 * is ignored. Where a field is not as AWS writes it they note an issue and return a placeholder, so that all issues of
 * a record are found: what was read counts only if `issues` is still empty at the end.
 *
 * Written for speed, since this runs for every record: nothing is copied, and a path is put together only for an issue.
 */
export interface Fields extends Place {
  readonly values: Readonly<Record<string, unknown>>;
}

/** Where a value sits in the event, and where its issues go. */
export interface Place {
  /** Undefined at the top, where `key` is the whole path. */
  readonly parent: Place | undefined;
  readonly key: string | number;
  readonly issues: Issue[];
}

function pathOf({ parent, key }: Place): string {
  return parent === undefined ? String(key) : joinPath(pathOf(parent), key);
}

/** Notes that the value at `place` is not what is `expected`. Beyond 50 issues nothing is noted. */
export function refuse(place: Place, expected: string, received: unknown): void {
  if (place.issues.length < MAX_ISSUES) place.issues.push(issueAt(pathOf(place), expected, received));
}

/** Notes that the field `key` is not what is `expected`. */
export function refuseField(owner: Place, key: string, value: unknown, expected: string): void {
  refuse({ parent: owner, key, issues: owner.issues }, expected, value);
}

/** Any text, also an empty one. */
export function readText(fields: Fields, key: string, value: unknown): string {
  if (typeof value === "string") return value;
  refuseField(fields, key, value, "string");
  return "";
}

/** Text that is not empty; `expected` says what it should name. */
export function readName(fields: Fields, key: string, value: unknown, expected: string): string {
  if (typeof value === "string" && value !== "") return value;
  refuseField(fields, key, value, expected);
  return "";
}

/** Text, where it is there: AWS leaves some fields out and writes others as `null`. */
export function readOptionalText(fields: Fields, key: string, value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : readText(fields, key, value);
}

/** An instant, as text. */
export function readInstant(fields: Fields, key: string, value: unknown): string {
  if (typeof value === "string" && isInstant(value)) return value;
  refuseField(fields, key, value, EXPECTED_INSTANT);
  return "";
}

/** The object in the field `key`. Where there is none, one without fields, whose own issues are not noted as well. */
export function readFields(fields: Fields, key: string, value: unknown): Fields {
  const isThere = isObject(value);
  if (!isThere) refuseField(fields, key, value, "object");
  return { values: isThere ? value : {}, parent: fields, key, issues: isThere ? fields.issues : [] };
}
