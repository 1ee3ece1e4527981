import type { Attributes } from "./store.ts";

/**
 * How far two machines' clocks may be apart. A lease counts as over, and a marker as expired, only this long after its
 * end, so that a worker whose clock is ahead does not cut another short.
 */
export const CLOCK_SKEW_MARGIN_MS = 1_000;

/** When DynamoDB may delete a marker, in **seconds** since 1970, as its time to live wants it. */
export function expiryAfter(fromMs: number, ttlSeconds: number): number {
  return Math.ceil(fromMs / 1_000) + ttlSeconds;
}

/** Past its time to live a marker counts as absent, although DynamoDB may take days to delete it. */
export function isExpired(expiresAt: number, nowMs: number): boolean {
  return nowMs >= expiresAt * 1_000 + CLOCK_SKEW_MARGIN_MS;
}

/** What is stored under the key is no marker of this package. */
export class MarkerUnreadable extends Error {
  readonly code = "MARKER_UNREADABLE";
  readonly attribute: string;

  constructor(attribute: string) {
    super(`The stored marker's attribute ${attribute} is missing or of another type`);
    this.name = "MarkerUnreadable";
    this.attribute = attribute;
  }
}

/** @throws MarkerUnreadable when the attribute is no text */
export function textOf(item: Attributes, name: string): string {
  const value = item[name];
  if (typeof value !== "string") throw new MarkerUnreadable(name);
  return value;
}

/** @throws MarkerUnreadable when the attribute is no number */
export function numberOf(item: Attributes, name: string): number {
  const value = item[name];
  if (typeof value !== "number") throw new MarkerUnreadable(name);
  return value;
}
