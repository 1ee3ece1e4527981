import type { AttributeValue, Image } from "@doorbell/aws-events/attribute-value";
import type { StreamRecord } from "@doorbell/aws-events/dynamodb-stream";
import { attributeText } from "./attribute-text.ts";
import { type AuditedItems, ofItem, type OfItem } from "./audited-items.ts";
import { diffImages } from "./diff-images.ts";
import { imageDigest } from "./image-digest.ts";

/** A changed field as it is stored: the values as texts in DynamoDB JSON, exact to the last digit. */
interface StoredChange {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/** What an entry says of a change. */
export interface EntryFacts {
  /** The item's version after the change; a deletion counts as one version more. */
  readonly version: number;
  readonly eventName: StreamRecord["eventName"];
  readonly eventId: string;
  /** When the change was made, seconds since 1970, where the stream says so. */
  readonly at?: number;
  /** Of the event that made the change, where the item says so. */
  readonly correlationId?: string;
  /** Digest of the item before the change. */
  readonly before?: string;
  /** Digest of the item after the change. */
  readonly after?: string;
  readonly changes: readonly StoredChange[];
}

/**
 * One change of one item, as it is stored. Entries form a chain: `before` of one is `after` of the version below it. The first has
 * no `before`, the one of a deletion no `after`.
 */
export type AuditEntry<Name extends string> = OfItem<Name, EntryFacts>;

/** The entry of a change, or why there can be none. The reason names fields, never values. */
export type Audited<Name extends string> =
  | { readonly ok: true; readonly entry: AuditEntry<Name> }
  | { readonly ok: false; readonly reason: string };

/** Makes the audit entry of a change of an item. Pure; refuses what no entry can be made of. */
export function auditEntryOf<Name extends string>(record: StreamRecord, items: AuditedItems<Name>): Audited<Name> {
  const before = record.eventName === "INSERT" ? undefined : record.oldImage;
  const after = record.eventName === "REMOVE" ? undefined : record.newImage;
  if (record.eventName !== "INSERT" && before === undefined) return refused(record, "has no old image");
  if (record.eventName !== "REMOVE" && after === undefined) return refused(record, "has no new image");
  const image = after ?? before ?? {};

  const itemKey = textOf(image[items.key]);
  if (!itemKey || textOf(record.keys[items.key]) !== itemKey) return refused(record, `is not keyed by "${items.key}"`);
  const imageVersion = versionOf(image["version"]);
  if (imageVersion === undefined) return refused(record, "has no version that counts from 1");

  const correlationId = correlationIdOf(items.parts, before, after);
  const facts: EntryFacts = {
    version: after === undefined ? imageVersion + 1 : imageVersion,
    eventName: record.eventName,
    eventId: record.eventId,
    ...(record.createdAt !== undefined && { at: record.createdAt }),
    ...(correlationId !== undefined && { correlationId }),
    ...(before !== undefined && { before: imageDigest(before) }),
    ...(after !== undefined && { after: imageDigest(after) }),
    changes: diffImages(before, after).map(storedChange),
  };
  return { ok: true, entry: ofItem(items, itemKey, facts) };
}

function refused({ eventName }: StreamRecord, why: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason: `This ${eventName} ${why}, so it cannot be audited.` };
}

function storedChange(change: { path: string; before?: AttributeValue; after?: AttributeValue }): StoredChange {
  return {
    path: change.path,
    ...(change.before !== undefined && { before: attributeText(change.before) }),
    ...(change.after !== undefined && { after: attributeText(change.after) }),
  };
}

function textOf(value: AttributeValue | undefined): string | undefined {
  return value !== undefined && "S" in value ? value.S : undefined;
}

/** Versions are whole numbers from 1, and small enough that the one after is exact as well. */
function versionOf(value: AttributeValue | undefined): number | undefined {
  const version = value !== undefined && "N" in value ? Number(value.N) : 0;
  return version >= 1 && Number.isSafeInteger(version + 1) ? version : undefined;
}

function correlationIdOf(
  parts: readonly string[],
  before: Image | undefined,
  after: Image | undefined,
): string | undefined {
  const sides = parts.map((name) => ({ was: before?.[name], is: after?.[name] }));
  const part = sides.find(({ was, is }) => is !== undefined && textIfAny(is) !== textIfAny(was))?.is;
  return part !== undefined && "M" in part ? textOf(part.M["correlationId"]) : undefined;
}

function textIfAny(value: AttributeValue | undefined): string | undefined {
  return value === undefined ? undefined : attributeText(value);
}
