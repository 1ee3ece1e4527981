import * as v from "valibot";
import type { AuditEntry } from "./audit-entry.ts";

const versionSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const entrySchema: v.GenericSchema<unknown, AuditEntry> = v.strictObject({
  orderId: v.pipe(v.string(), v.nonEmpty()),
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

/** What stands in the audit table under one key: an entry, or something that no release of this service wrote. */
export type FoundEntry =
  | { readonly ok: true; readonly version: number; readonly entry: AuditEntry }
  | { readonly ok: false; readonly version: number; readonly unreadableAt: readonly string[] };

/** Reads an item of the audit table. Never throws, and says where an item is unreadable without its values. */
export function readAuditEntry(item: Readonly<Record<string, unknown>>): FoundEntry {
  const parsed = v.safeParse(entrySchema, item);
  if (parsed.success) return { ok: true, version: parsed.output.version, entry: parsed.output };
  const paths = new Set(parsed.issues.map((issue) => v.getDotPath(issue) ?? "the item"));
  return { ok: false, version: Number(item["version"]), unreadableAt: [...paths].slice(0, MAX_PATHS) };
}

const MAX_PATHS = 5;
