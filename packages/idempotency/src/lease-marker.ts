import { CLOCK_SKEW_MARGIN_MS, isExpired, MarkerUnreadable, numberOf, textOf } from "./marker.ts";
import type { Attributes, Write } from "./store.ts";

/**
 * The marker of one key, as it is stored beside its `id`. `fence` grows by one with each owner. Only a fingerprint and
 * the caller's own result are kept of the payload.
 */
export interface LeaseMarker {
  readonly status: "running" | "free" | "done";
  /** Drawn at random for each claim, so that nobody can mistake another's lease for its own. */
  readonly owner: string;
  readonly fence: number;
  readonly fingerprint: string;
  /** End of the lease, milliseconds since 1970. */
  readonly leaseUntilMs: number;
  /** When DynamoDB may delete the marker, **seconds** since 1970 (its time-to-live attribute). */
  readonly expiresAt: number;
  /** JSON text of the result; empty where there is none or where it could not be stored. */
  readonly result: string;
}

/** What a worker that wants the key may do about the marker it met. */
export type Standing =
  | { readonly kind: "mine" }
  | { readonly kind: "takeable" }
  | { readonly kind: "done"; readonly result: string }
  | { readonly kind: "busy"; readonly untilMs: number }
  | { readonly kind: "conflict"; readonly stored: string; readonly given: string };

/** Pure: how the marker stands towards a worker with this owner token and fingerprint at this moment. */
export function standing(
  marker: LeaseMarker,
  { owner, fingerprint, nowMs }: { owner: string; fingerprint: string; nowMs: number },
): Standing {
  if (marker.owner === owner && marker.status === "running" && nowMs < marker.leaseUntilMs) return { kind: "mine" };
  const overMs = marker.leaseUntilMs + CLOCK_SKEW_MARGIN_MS;
  const leased = marker.status === "running" && nowMs < overMs;
  if (isExpired(marker.expiresAt, nowMs)) return { kind: "takeable" };
  if (marker.fingerprint !== fingerprint) return { kind: "conflict", stored: marker.fingerprint, given: fingerprint };
  if (marker.status === "done") return { kind: "done", result: marker.result };
  return leased ? { kind: "busy", untilMs: overMs } : { kind: "takeable" };
}

/** What a claim writes beside status and fence. */
export type Claim = Omit<LeaseMarker, "fence" | "status">;

/** Creates the marker of a key that nobody has claimed. */
export function firstClaim(claim: Claim): Write {
  return { kind: "insert", item: { ...claim, status: "running", fence: 1 } };
}

/**
 * Takes the key over from exactly the marker that was read: of several takers one wins, a heartbeat in between defeats
 * them all, and so does a completion.
 */
export function takeOver({ status, fence, leaseUntilMs }: LeaseMarker, claim: Claim): Write {
  return {
    kind: "update",
    set: { ...claim, status: "running", fence: fence + 1 },
    where: { status, fence, leaseUntilMs },
  };
}

/** A change that only the owner may make: a later owner's marker carries another token. */
export function asOwner(owner: string, set: Attributes): Write {
  return { kind: "update", set, where: { owner } };
}

/**
 * Moves the end of the owner's lease from exactly the one it knows: an earlier renewal that takes effect late would
 * otherwise shorten the lease under its owner.
 */
export function renewal(owner: string, fromMs: number, to: Pick<LeaseMarker, "leaseUntilMs" | "expiresAt">): Write {
  return { kind: "update", set: { ...to }, where: { owner, leaseUntilMs: fromMs } };
}

/** @throws MarkerUnreadable when the item is not a marker */
export function readMarker(item: Attributes): LeaseMarker {
  const { status } = item;
  if (status !== "running" && status !== "free" && status !== "done") throw new MarkerUnreadable("status");
  return {
    status,
    owner: textOf(item, "owner"),
    fence: numberOf(item, "fence"),
    fingerprint: textOf(item, "fingerprint"),
    leaseUntilMs: numberOf(item, "leaseUntilMs"),
    expiresAt: numberOf(item, "expiresAt"),
    result: textOf(item, "result"),
  };
}
