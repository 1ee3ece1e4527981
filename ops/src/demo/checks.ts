import { isDeepStrictEqual } from "node:util";
import { type CountedOrder, type FileCount, decimalText, tenThousandths } from "./count-file.ts";
import type { Receipt, Reject, StoredAuditEntry, StoredOrder } from "./read-results.ts";

/** One thing that must hold, and what was seen. */
export interface Check {
  readonly claim: string;
  readonly holds: boolean;
  readonly seen: string;
}

/** The receipt counts what the file holds, and nothing was refused. */
export function checkReceipt(receipt: Receipt | undefined, count: FileCount): Check {
  const expected = `${count.lines} lines, ${count.orders.size} orders, 0 refused`;
  const seen =
    receipt === undefined
      ? "no receipt"
      : `${receipt.lines} lines, ${receipt.orders} orders, ${receipt.rejectedLines} refused`;
  return { claim: `the receipt says ${expected}`, holds: receipt?.status === "done" && seen === expected, seen };
}

/** Every order of the file is stored once, with all its lines and its exact total, and no other order is. */
export function checkOrders(orders: ReadonlyMap<string, StoredOrder>, count: FileCount): Check {
  const wrong = [...count.orders].filter(([id, counted]) => !sameOrder(orders.get(id), counted)).map(([id]) => id);
  const strangers = [...orders.keys()].filter((id) => !count.orders.has(id));
  const total = [...orders.values()].reduce((sum, order) => sum + tenThousandths(order.placed.total), 0n);
  return {
    claim: `${count.orders.size} orders are stored, each with its lines and its total exact, ${decimalText(count.total)} in all`,
    holds: wrong.length === 0 && strangers.length === 0 && total === count.total,
    seen: `${orders.size} orders, ${decimalText(total)} in all; ${wrong.length} wrong${example(wrong)}, ${strangers.length} unexpected${example(strangers)}`,
  };
}

function sameOrder(stored: StoredOrder | undefined, counted: CountedOrder): boolean {
  return (
    stored !== undefined &&
    stored.status === "placed" &&
    stored.placed.lines.length === counted.lines &&
    tenThousandths(stored.placed.total) === counted.total
  );
}

/** Every version of every order has one audit entry. */
export function checkAudit(entries: readonly StoredAuditEntry[], orders: ReadonlyMap<string, StoredOrder>): Check {
  const expected = new Set(
    [...orders.values()].flatMap(({ id, version }) => versionsUpTo(version).map((each) => `${id} ${each}`)),
  );
  const found = new Set(entries.map(({ orderKey, version }) => `${orderKey} ${version}`));
  const missing = [...expected].filter((entry) => !found.has(entry));
  return {
    claim: `${expected.size} audit entries, one for each version of each order`,
    holds: missing.length === 0 && found.size === expected.size && entries.length === expected.size,
    seen: `${entries.length} entries, ${missing.length} missing${example(missing)}`,
  };
}

function versionsUpTo(version: number): number[] {
  return Array.from({ length: version }, (_, index) => index + 1);
}

/** Nothing stored differs from before, to the last attribute. */
export function checkUnchanged(
  what: string,
  before: ReadonlyMap<string, StoredOrder>,
  after: ReadonlyMap<string, StoredOrder>,
): Check {
  const ids = new Set([...before.keys(), ...after.keys()]);
  const changed = [...ids].filter((id) => !isDeepStrictEqual(before.get(id), after.get(id)));
  return {
    claim: `${what}: no order changed`,
    holds: changed.length === 0,
    seen: `${changed.length} changed${example(changed)}`,
  };
}

/** Exactly the bad lines came back refused, each with a reason. */
export function checkRejects(rejects: readonly Reject[], lines: readonly number[]): Check {
  const seen = rejects.map(({ line }) => line).toSorted((a, b) => a - b);
  return {
    claim: `lines ${lines.join(", ")} of the bad file are refused, each with its reason`,
    holds: isDeepStrictEqual(seen, [...lines]) && rejects.every(({ reasons }) => reasons.length > 0),
    seen: `refused: ${seen.join(", ") || "none"}`,
  };
}

/** The good orders of the bad file are stored. */
export function checkStored(orders: ReadonlyMap<string, StoredOrder>, ids: readonly string[]): Check {
  const missing = ids.filter((id) => !orders.has(id));
  return {
    claim: `the good orders around them are stored (${ids.join(", ")})`,
    holds: missing.length === 0,
    seen: `missing: ${missing.join(", ") || "none"}`,
  };
}

/** A failure queue is empty. */
export function checkEmpty(queue: string, messages: number): Check {
  return { claim: `${queue} is empty`, holds: messages === 0, seen: `${messages} messages` };
}

function example(ids: readonly string[]): string {
  return ids.length === 0 ? "" : ` (such as ${ids[0]})`;
}
