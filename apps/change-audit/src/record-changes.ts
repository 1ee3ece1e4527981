import type { Invocation } from "@doorbell/batch/invocation";
import type { Outcome } from "@doorbell/batch/outcome";
import type { StreamRecord } from "@doorbell/aws-events/dynamodb-stream";
import type { Inline, InlineOutcome } from "@doorbell/idempotency/inline";
import { type Audited, auditEntryOf } from "@doorbell/audit-trail/audit-entry";
import { auditedOrders, type OrderEntry } from "./audited-orders.ts";
import type { AuditCount } from "./metrics.ts";

/**
 * Records a batch of changes in the audit trail: one entry each, all in one go. Entries do not depend on each other, so
 * one that comes late or twice simply fills its place. A change that can never be recorded is rejected, and so is one of
 * another table than the orders table: the stream of a wrong mapping must not end among the orders' changes.
 */
export function recordChanges(options: {
  /** Where entries are kept for good: each is applied by being added, and none is ever changed. */
  readonly trail: Inline<OrderEntry>;
  /** The name of the orders table. */
  readonly ordersTable: string;
}): (records: readonly StreamRecord[], invocation: Invocation<AuditCount>) => Promise<readonly Outcome[]> {
  const { trail, ordersTable } = options;
  return async (records, invocation) => {
    const audited = records.map((record) =>
      isOf(ordersTable, record) ? auditEntryOf(record, auditedOrders) : ofAnotherTable(record),
    );
    const entries = audited.flatMap((each) => (each.ok ? [each.entry] : []));
    const applied = await trail.apply(entries, { remainingMs: () => invocation.remainingMs() });
    const outcomes = new Map(entries.map((entry, position) => [entry, applied[position]]));
    return audited.map((each, at) => {
      const entry = each.ok ? each.entry : undefined;
      const settled = each.ok ? settledAs(outcomes.get(each.entry)) : rejected("no order", each.reason);
      logOutcome(invocation, records[at], entry, settled.outcome);
      return settled.result;
    });
  };
}

/** A stream's ARN is that of its table and `/stream/<label>`. */
function isOf(table: string, { eventSourceArn }: StreamRecord): boolean {
  return eventSourceArn.includes(`:table/${table}/`);
}

function ofAnotherTable({ eventName, eventSourceArn }: StreamRecord): Audited<"orderId"> {
  return {
    ok: false,
    reason: `This ${eventName} is not of the orders table, but of "${eventSourceArn.slice(0, 200)}".`,
  };
}

/** One line for each change, with what ties it to the other services' lines; no value of the order. */
function logOutcome(
  { log, metrics }: Invocation<AuditCount>,
  record: StreamRecord | undefined,
  entry: OrderEntry | undefined,
  outcome: Settled["outcome"],
): void {
  const { eventId, eventName, sequenceNumber, keys } = record ?? {};
  const id = keys?.["id"];
  const orderId = id !== undefined && "S" in id ? id.S : undefined;
  const { version, correlationId } = entry ?? {};
  log.info({ sequenceNumber, eventId, eventName, orderId, version, correlationId, outcome }, "order change");
  if (outcome === "duplicate") metrics.count("Duplicates");
  if (outcome === "conflict") metrics.count("Conflicts");
}

/** What became of one change: as its line of the log says it, and for the batch. */
interface Settled {
  readonly outcome: "appended" | "duplicate" | "conflict" | "refused" | "unavailable" | "no order";
  readonly result: Outcome;
}

function settledAs(applied: InlineOutcome | undefined): Settled {
  switch (applied?.kind) {
    case "applied":
      return { outcome: "appended", result: { kind: "done" } };
    case "duplicate":
      return { outcome: "duplicate", result: { kind: "done" } };
    case "conflict": {
      const { stored, given } = applied;
      return rejected("conflict", `Another change is recorded for this version: ${stored}, and this one is ${given}.`);
    }
    default: {
      const { code = "no answer", error = new Error(`The entry was not written: ${code}`) } = applied ?? {};
      // What a deployment mends, a missing table or permission, is tried again; this would only hold up its shard.
      if (code === "ValidationError") return rejected("refused", `The audit table cannot hold this change (${code}).`);
      if (code === "ITEM_UNREADABLE")
        return rejected("refused", `What is stored for this version is unreadable (${code}).`);
      return { outcome: "unavailable", result: { kind: "retry", error } };
    }
  }
}

function rejected(outcome: Settled["outcome"], reason: string): Settled {
  return { outcome, result: { kind: "rejected", reason } };
}
