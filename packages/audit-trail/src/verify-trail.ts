import type { Image } from "@doorbell/aws-events/attribute-value";
import { parseAttributeText } from "./attribute-text.ts";
import type { EntryFacts } from "./audit-entry.ts";
import { type AuditedItems, ofItem, type OfItem } from "./audited-items.ts";
import { pointerStep } from "./diff-images.ts";
import { imageDigest } from "./image-digest.ts";
import type { FoundEntry } from "./read-audit-entry.ts";
import { replayEntry } from "./replay-entry.ts";

/**
 * What is wrong with an item's trail.
 *
 * - `missing`: there is no entry of these versions.
 * - `tail cut`: the newest entries are missing, others are there.
 * - `late`: the entry is missing, and its change waits to be sent back. Only who looks there can tell,
 *   so {@link verifyTrail} never says it.
 * - `altered`: the entry does not say what happened.
 * - `swapped`: the entries stand in each other's place.
 * - `foreign`: the entry belongs to no change of this item.
 * - `diverged`: the entries fit each other, and the item is not what they lead to: it was changed past its version.
 * - `not auditable`: the item has no version, so its changes cannot be recorded.
 */
export type FindingKind =
  | "missing"
  | "tail cut"
  | "late"
  | "altered"
  | "swapped"
  | "foreign"
  | "diverged"
  | "not auditable";

/** Versions that one finding names at most; `says` tells how many more there are. */
export const MAX_NAMED_VERSIONS = 100;

/** One thing that is wrong. `says` names fields, never values. */
export type Finding<Name extends string> = OfItem<Name, FindingFacts>;

interface FindingFacts {
  readonly kind: FindingKind;
  readonly versions: readonly number[];
  readonly says: string;
}

/**
 * Compares the entries of one item with the item as it is now; no image stands for no item. No finding means that every
 * change is recorded, in its place, as it was made.
 *
 * Entries are replayed from nothing towards the newest, and undone from the current image towards the first, so that a
 * fault in one place is named there and everything around it is still proved. Between two faults only the digests of
 * neighbours can be compared.
 */
export function verifyTrail<Name extends string>(
  trail: OfItem<Name, { readonly entries: readonly FoundEntry<Name>[]; readonly image: Image | undefined }>,
  items: AuditedItems<Name>,
): readonly Finding<Name>[] {
  const itemKey = trail[items.entryKey];
  const { entries, image } = trail;
  return findingsOf({ items, itemKey, found: entries, image }).map((facts) => ofItem(items, itemKey, facts));
}

/** The trail of one item. */
interface Trail {
  readonly items: AuditedItems<string>;
  readonly itemKey: string;
  readonly found: readonly Found[];
  readonly image: Image | undefined;
}

type Found =
  | { readonly ok: true; readonly version: number; readonly entry: EntryFacts }
  | { readonly ok: false; readonly version: number; readonly unreadableAt: readonly string[] };

function say(kind: FindingKind, versions: readonly number[], says: string): FindingFacts {
  return { kind, versions, says };
}

function findingsOf(trail: Trail): readonly FindingFacts[] {
  const { items, itemKey, found, image } = trail;
  const { entries, swaps } = putBack(found);
  const swapped = swaps.map((pair) => say("swapped", pair, "these two stand in each other's place"));

  const last = image === undefined ? deletion(found) : versionOf(image);
  const all = found.map(({ version }) => version).toSorted((a, b) => a - b);
  if (image === undefined && last === undefined) {
    const says = "there is no such item, and no deletion of it is recorded";
    return all.length === 0 ? [] : [...swapped, say("foreign", all, says)];
  }
  if (last === undefined) return [say("not auditable", [], "the item has no version that counts from 1")];

  const beyond = all.filter((version) => !Number.isSafeInteger(version) || version < 1 || version > last);
  const foreign = beyond.length === 0 ? [] : [say("foreign", beyond, `the item has come to version ${last} only`)];
  return [...swapped, ...prove({ items, itemKey, entries, image, last }), ...foreign];
}

interface Proof {
  readonly items: AuditedItems<string>;
  readonly itemKey: string;
  readonly entries: ReadonlyMap<number, Found>;
  readonly image: Image | undefined;
  readonly last: number;
}

function prove(proof: Proof): FindingFacts[] {
  const { entries, image: current, last } = proof;
  let low = 1;
  let image: Image | undefined;
  let whyLow = "";
  for (; low <= last; low++) {
    const step = stepOf(proof, low, image, "forward");
    if (!step.ok) {
      whyLow = step.why;
      break;
    }
    image = step.image;
  }
  if (low > last) {
    if (digestOf(image) === digestOf(current)) return [];
    return [say("diverged", [last], "the item is not what its entries lead to, though it says this version")];
  }
  let high = last;
  let whyHigh = "";
  image = current;
  for (; high >= low; high--) {
    const step = stepOf(proof, high, image, "backward");
    if (!step.ok) {
      whyHigh = step.why;
      break;
    }
    image = step.image;
  }
  // Each entry fits its side and yet the sides do not meet: the first one that does not follow is the one to look at.
  if (high < low) [high, whyHigh] = [low, whyLow];

  const findings: FindingFacts[] = [];
  // By the entries that are there: an item may say a version far beyond all of them.
  const present = [...entries.values()].filter(({ version }) => version >= low && version <= high);
  for (const found of present) {
    const { version } = found;
    if (!found.ok) findings.push(say("altered", [version], `it cannot be read at ${found.unreadableAt.join(", ")}`));
    else if (isOfOther(found.entry, proof)) findings.push(say("foreign", [version], "it tells of another item"));
    else if (version === low) findings.push(say("altered", [version], whyLow));
    else if (version === high) findings.push(say("altered", [version], whyHigh));
    else if (!follows(found.entry, entries.get(version - 1)))
      findings.push(say("altered", [version], "its before is not what the entry below it left"));
  }
  const gaps = gapsBetween(
    present.map(({ version }) => version),
    low,
    high,
  );
  const tail = gaps.at(-1)?.to === last ? gaps.pop() : undefined;
  const sayGap = (kind: FindingKind, parts: readonly Gap[], says: string) => {
    const named = parts.flatMap(versionsOf).slice(0, MAX_NAMED_VERSIONS);
    const count = parts.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    findings.push(say(kind, named, count > named.length ? `${says}; ${count - named.length} more like these` : says));
  };
  if (gaps.length > 0) sayGap("missing", gaps, "no entry of this version");
  if (tail?.from === 1) sayGap("missing", [tail], "the item has no entry at all");
  else if (tail !== undefined) sayGap("tail cut", [tail], `the item has come to version ${last}`);
  return findings.toSorted((a, b) => (a.versions[0] ?? 0) - (b.versions[0] ?? 0));
}

/** Versions without an entry, both ends included. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

function gapsBetween(present: readonly number[], low: number, high: number): Gap[] {
  const gaps: Gap[] = [];
  let from = low;
  for (const version of present.toSorted((a, b) => a - b)) {
    if (version > from) gaps.push({ from, to: version - 1 });
    from = version + 1;
  }
  if (from <= high) gaps.push({ from, to: high });
  return gaps;
}

/** The first ones, as many as a finding names. */
function versionsOf({ from, to }: Gap): number[] {
  return Array.from({ length: Math.min(to - from + 1, MAX_NAMED_VERSIONS) }, (_, index) => from + index);
}

function stepOf(
  { items, itemKey, entries }: Proof,
  version: number,
  image: Image | undefined,
  to: "forward" | "backward",
) {
  const found = entries.get(version);
  if (found?.ok !== true) return { ok: false, why: "" } as const;
  return replayEntry({ items, itemKey, entry: { ...found.entry, version } }, image, to);
}

function digestOf(image: Image | undefined): string | undefined {
  return image === undefined ? undefined : imageDigest(image);
}

/** Where two neighbours are there, the digests between them must be one. */
function follows(entry: EntryFacts, below: Found | undefined): boolean {
  return below?.ok !== true || below.entry.after === entry.before;
}

/** The entries by version, with those put right that stand in each other's place: an entry's changes say its version. */
function putBack(found: readonly Found[]): { entries: Map<number, Found>; swaps: [number, number][] } {
  const entries = new Map(found.map((each) => [each.version, each]));
  const swaps: [number, number][] = [];
  for (const each of found) {
    const told = toldVersion(each);
    if (told === undefined || told <= each.version) continue;
    const other = entries.get(told);
    if (!each.ok || other?.ok !== true || toldVersion(other) !== each.version) continue;
    entries.set(each.version, { ...other, version: each.version });
    entries.set(told, { ...each, version: told });
    swaps.push([each.version, told]);
  }
  return { entries, swaps };
}

function toldVersion(found: Found): number | undefined {
  if (!found.ok) return undefined;
  const change = found.entry.changes.find(({ path }) => path === "/version");
  const after = numberOf(change?.after);
  const before = numberOf(change?.before);
  return after ?? (before === undefined ? undefined : before + 1);
}

function isOfOther({ changes }: EntryFacts, { items, itemKey }: Proof): boolean {
  const key = changes.find(({ path }) => path === pointerStep(items.key));
  return [key?.before, key?.after].some((text) => text !== undefined && text !== JSON.stringify({ S: itemKey }));
}

function numberOf(text: string | undefined): number | undefined {
  const parsed = text === undefined ? undefined : parseAttributeText(text);
  return parsed?.ok === true && "N" in parsed.value ? Number(parsed.value.N) : undefined;
}

function versionOf(image: Image): number | undefined {
  const value = image["version"];
  const version = value !== undefined && "N" in value ? Number(value.N) : 0;
  return Number.isSafeInteger(version) && version >= 1 ? version : undefined;
}

/** The version at which the item was deleted, where its newest entry says so. */
function deletion(found: readonly Found[]): number | undefined {
  const newest = found.toSorted((a, b) => a.version - b.version).at(-1);
  return newest?.ok === true && newest.entry.after === undefined ? newest.version : undefined;
}
