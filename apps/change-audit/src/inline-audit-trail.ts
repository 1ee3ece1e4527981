import { createInline, type Inline, type InlineDecision } from "@doorbell/idempotency/inline";
import type { Attributes, ItemStore } from "@doorbell/idempotency/store";
import type { OrderEntry } from "./audited-orders.ts";

/**
 * The audit trail in a table keyed by `orderKey` and `version`, by the inline strategy: the entry itself records that its
 * change was handled. New entries are one write each and no read; only where an entry is already there it is read, to
 * tell a redelivery from a conflict. Entries are inserted, never updated.
 */
export function inlineAuditTrail({
  store,
  table,
}: {
  readonly store: ItemStore;
  readonly table: string;
}): Inline<OrderEntry> {
  return createInline<OrderEntry>({
    store,
    table,
    keyOf: ({ orderKey, version }) => ({ orderKey, version }),
    propose: insertOf,
    decide,
  });
}

function insertOf({ orderKey: _hash, version: _range, changes, ...facts }: OrderEntry) {
  return { kind: "insert", item: { ...facts, changes: changes.map((change) => ({ ...change })) } } as const;
}

function decide(stored: Attributes | undefined, entry: OrderEntry): InlineDecision {
  if (stored === undefined) return { kind: "write", write: insertOf(entry) };
  const there = transition(stored["before"], stored["after"]);
  const given = transition(entry.before, entry.after);
  return there === given ? { kind: "duplicate" } : { kind: "conflict", stored: there, given };
}

/** What a change did to an order, by the digests alone: two deliveries of one change share it. */
function transition(before: unknown, after: unknown): string {
  const digest = (value: unknown) => (typeof value === "string" ? value : "nothing");
  return `${digest(before)} to ${digest(after)}`;
}
