import type { AuditEntry } from "./audit-entry.ts";

/**
 * What became of one entry. `appended`: it is stored now. `duplicate`: it was stored by an earlier delivery. `conflict`: another entry stands
 * in its place. `refused`: it can never be stored. `unavailable`: try again.
 */
export type Appended =
  | { readonly kind: "appended" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "conflict"; readonly stored: string; readonly given: string }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "unavailable"; readonly error: unknown };

/** Where audit entries are kept for good: they can be added, never changed. */
export interface AuditTrail {
  /** Adds entries, each for itself, in as few calls as can be. Answers in their order. */
  append(entries: readonly AuditEntry[], options: { readonly remainingMs: () => number }): Promise<readonly Appended[]>;
}
