import type { Image } from "@doorbell/aws-events/attribute-value";
import { parseAttributeText } from "./attribute-text.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { imageDigest } from "./image-digest.ts";
import type { FoundEntry } from "./read-audit-entry.ts";
import { replayEntry } from "./replay-entry.ts";

/**
 * What is wrong with an order's trail.
 *
 * - `missing`: there is no entry of these versions.
 * - `tail cut`: the newest entries are missing, others are there.
 * - `late`: the entry is missing, and its change waits in the failures bucket to be sent back. Only who looks there can tell,
 *   so {@link verifyTrail} never says it.
 * - `altered`: the entry does not say what happened.
 * - `swapped`: the entries stand in each other's place.
 * - `foreign`: the entry belongs to no change of this order.
 * - `diverged`: the entries fit each other, and the order is not what they lead to: it was changed past its version.
 * - `not auditable`: what stands in the orders table has no version, so its changes are parked instead of recorded.
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
export interface Finding {
  readonly orderId: string;
  readonly kind: FindingKind;
  readonly versions: readonly number[];
  readonly says: string;
}

/**
 * Compares the entries of one order with the order as it is now; no image stands for no order. No finding means that every
 * change is recorded, in its place, as it was made.
 *
 * Entries are replayed from nothing towards the newest, and undone from the current image towards the first, so that a
 * fault in one place is named there and everything around it is still proved. Between two faults only the digests of
 * neighbours can be compared.
 */
export function verifyTrail(trail: {
  readonly orderId: string;
  readonly entries: readonly FoundEntry[];
  readonly image: Image | undefined;
}): readonly Finding[] {
  const { orderId, image } = trail;
  const say = (kind: FindingKind, versions: readonly number[], says: string): Finding => ({
    orderId,
    kind,
    versions,
    says,
  });
  const { entries, swaps } = putBack(trail.entries);
  const swapped = swaps.map((pair) => say("swapped", pair, "these two stand in each other's place"));

  const last = image === undefined ? deletion(trail.entries) : versionOf(image);
  const all = trail.entries.map(({ version }) => version).toSorted((a, b) => a - b);
  if (image === undefined && last === undefined) {
    const says = "there is no such order, and no deletion of it is recorded";
    return all.length === 0 ? [] : [...swapped, say("foreign", all, says)];
  }
  if (last === undefined) return [say("not auditable", [], "the order has no version that counts from 1")];

  const beyond = all.filter((version) => !Number.isSafeInteger(version) || version < 1 || version > last);
  const foreign = beyond.length === 0 ? [] : [say("foreign", beyond, `the order has come to version ${last} only`)];
  return [...swapped, ...prove({ orderId, entries, image, last, say }), ...foreign];
}

interface Proof {
  readonly orderId: string;
  readonly entries: ReadonlyMap<number, FoundEntry>;
  readonly image: Image | undefined;
  readonly last: number;
  readonly say: (kind: FindingKind, versions: readonly number[], says: string) => Finding;
}

function prove(proof: Proof): Finding[] {
  const { entries, image: current, last, say } = proof;
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
    return [say("diverged", [last], "the order is not what its entries lead to, though it says this version")];
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

  const findings: Finding[] = [];
  // By the entries that are there: an order may say a version far beyond all of them.
  const present = [...entries.values()].filter(({ version }) => version >= low && version <= high);
  for (const found of present) {
    const { version } = found;
    if (!found.ok) findings.push(say("altered", [version], `it cannot be read at ${found.unreadableAt.join(", ")}`));
    else if (isOfOther(found.entry, proof.orderId))
      findings.push(say("foreign", [version], "it tells of another order"));
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
  if (tail?.from === 1) sayGap("missing", [tail], "the order has no entry at all");
  else if (tail !== undefined) sayGap("tail cut", [tail], `the order has come to version ${last}`);
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

function stepOf({ orderId, entries }: Proof, version: number, image: Image | undefined, to: "forward" | "backward") {
  const found = entries.get(version);
  if (found?.ok !== true) return { ok: false, why: "" } as const;
  return replayEntry({ ...found.entry, orderId, version }, image, to);
}

function digestOf(image: Image | undefined): string | undefined {
  return image === undefined ? undefined : imageDigest(image);
}

/** Where two neighbours are there, the digests between them must be one. */
function follows(entry: AuditEntry, below: FoundEntry | undefined): boolean {
  return below?.ok !== true || below.entry.after === entry.before;
}

/** The entries by version, with those put right that stand in each other's place: an entry's changes say its version. */
function putBack(found: readonly FoundEntry[]): { entries: Map<number, FoundEntry>; swaps: [number, number][] } {
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

function toldVersion(found: FoundEntry): number | undefined {
  if (!found.ok) return undefined;
  const change = found.entry.changes.find(({ path }) => path === "/version");
  const after = numberOf(change?.after);
  const before = numberOf(change?.before);
  return after ?? (before === undefined ? undefined : before + 1);
}

function isOfOther({ changes }: AuditEntry, orderId: string): boolean {
  const id = changes.find(({ path }) => path === "/id");
  return [id?.before, id?.after].some((text) => text !== undefined && text !== JSON.stringify({ S: orderId }));
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

/** The version at which the order was deleted, where its newest entry says so. */
function deletion(found: readonly FoundEntry[]): number | undefined {
  const newest = found.toSorted((a, b) => a.version - b.version).at(-1);
  return newest?.ok === true && newest.entry.after === undefined ? newest.version : undefined;
}
