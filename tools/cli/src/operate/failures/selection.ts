import type { Failure, FailureSource } from "./failure.ts";

/** Which failures are meant; what is absent excludes none. */
export interface Selection {
  /** Ids, or beginnings of them. */
  readonly ids?: readonly string[];
  /** A kind, or a part of the reason in any case. */
  readonly reason?: string;
  /** Milliseconds since 1970; a failure whose time is not known counts as recent. */
  readonly since?: number;
}

/** Whether a failure is meant. */
export function isSelected(failure: Failure, { ids, reason, since }: Selection): boolean {
  if (ids !== undefined && !ids.some((id) => failure.id.startsWith(id))) return false;
  if (reason !== undefined && failure.kind !== reason && !contains(failure.reason, reason)) return false;
  const at = timeOf(failure);
  return since === undefined || at === undefined || Date.parse(at) >= since;
}

/** The places in which what is meant can lie, so that no other is read or waited for. */
export function placesOf(sources: readonly FailureSource[], { reason }: Selection): readonly FailureSource[] {
  const ofKind = sources.filter(({ kinds }) => reason !== undefined && kinds.includes(reason));
  return ofKind.length > 0 ? ofKind : sources;
}

/** When it failed for good, or else when it was first tried. */
export function timeOf({ lastAt, firstAt }: Failure): string | undefined {
  return lastAt ?? firstAt;
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `2h`, `30m`, `3d` (before `now`) or an ISO 8601 time, in milliseconds since 1970; undefined for any other text. */
export function parseSince(text: string, now: number): number | undefined {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (unit === "s" || unit === "m" || unit === "h" || unit === "d") return now - Number(amount) * UNITS_MS[unit];
  const time = /^\d{4}-\d\d-\d\d(?:T.+)?$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase());
}
