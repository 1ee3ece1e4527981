import * as v from "valibot";
import type { AuditEntry, EntryFacts } from "./audit-entry.ts";
import { type AuditedItems, ofItem } from "./audited-items.ts";

const versionSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const keySchema = v.pipe(v.string(), v.nonEmpty());
const factsSchema: v.GenericSchema<unknown, EntryFacts> = v.strictObject({
  version: versionSchema,
  eventName: v.picklist(["INSERT", "MODIFY", "REMOVE"]),
  eventId: v.pipe(v.string(), v.nonEmpty()),
  at: v.exactOptional(v.number()),
  correlationId: v.exactOptional(v.string()),
  before: v.exactOptional(v.string()),
  after: v.exactOptional(v.string()),
  changes: v.array(
    v.strictObject({
      path: v.string(),
      before: v.exactOptional(v.string()),
      after: v.exactOptional(v.string()),
    }),
  ),
});

/** What stands in the audit table under one key: an entry, or something that no release wrote. */
export type FoundEntry<Name extends string> =
  | { readonly ok: true; readonly version: number; readonly entry: AuditEntry<Name> }
  | { readonly ok: false; readonly version: number; readonly unreadableAt: readonly string[] };

/** Reads an item of the audit table. Never throws, and says where an item is unreadable without its values. */
export function readAuditEntry<Name extends string>(
  item: Readonly<Record<string, unknown>>,
  items: AuditedItems<Name>,
): FoundEntry<Name> {
  const { [items.entryKey]: key, ...facts } = item;
  const readKey = v.safeParse(keySchema, key);
  const read = v.safeParse(factsSchema, facts);
  if (readKey.success && read.success) {
    return { ok: true, version: read.output.version, entry: ofItem(items, readKey.output, read.output) };
  }
  const paths = new Set((read.issues ?? []).map((issue) => v.getDotPath(issue) ?? "the item"));
  const unreadableAt = [...(readKey.success ? [] : [items.entryKey]), ...paths].slice(0, MAX_PATHS);
  return { ok: false, version: Number(item["version"]), unreadableAt };
}

const MAX_PATHS = 5;
