import { type Audited, auditEntryOf } from "@doorbell/audit-trail/audit-entry";
import type { StreamRecord } from "@doorbell/aws-events/dynamodb-stream";
import { readOrderKey } from "@doorbell/event-contracts/order-key";
import type { Invocation } from "@doorbell/batch/invocation";
import type { Outcome } from "@doorbell/batch/outcome";
import type { Inline, InlineOutcome } from "@doorbell/idempotency/inline";
import type { IsSampled } from "@doorbell/logger/sampling";
import { auditedOrders, type OrderEntry } from "./audited-orders.ts";
import { logChangeSettled } from "./log-events.ts";

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
  /** By order key: whether a change that was recorded at once is logged; everything else always is. */
  readonly isSampled: IsSampled;
}): (records: readonly StreamRecord[], invocation: Invocation) => Promise<readonly (Outcome | InlineOutcome)[]> {
  const { trail, ordersTable, isSampled } = options;
  return async (records, invocation) => {
    const changes = records.map((record) => ({
      record,
      audited: isOf(ordersTable, record) ? auditEntryOf(record, auditedOrders) : ofAnotherTable(record),
    }));
    const entries = changes.flatMap(({ audited }) => (audited.ok ? [audited.entry] : []));
    const applied = (await trail.apply(entries, invocation)).values();
    return changes.map(({ record, audited }) => {
      const outcome = audited.ok ? (applied.next().value ?? unanswered()) : rejected(audited.reason);
      const key = record.keys["id"];
      const isPlain = outcome.kind === "applied" && outcome.throttles === 0;
      if (!isPlain || key === undefined || !("S" in key) || isSampled(key.S))
        tell(invocation, record, audited, outcome);
      return outcome;
    });
  };
}

/** A stream's ARN is that of its table and `/stream/<label>`. */
function isOf(table: string, { eventSourceArn }: StreamRecord): boolean {
  return eventSourceArn.includes(`:table/${table}/`);
}

function ofAnotherTable({ eventName, eventSourceArn }: StreamRecord): Audited<"orderKey"> {
  return {
    ok: false,
    reason: `This ${eventName} is not of the orders table, but of "${eventSourceArn.slice(0, 200)}".`,
  };
}

function rejected(reason: string) {
  return { kind: "rejected", reason } as const;
}

function unanswered() {
  return { kind: "retry", error: new Error("The trail gave no answer for this change.") } as const;
}

function tell(
  { log }: Invocation,
  { eventId, eventName, sequenceNumber, keys: { id } }: StreamRecord,
  audited: Audited<"orderKey">,
  settled: Outcome | InlineOutcome,
): void {
  const outcome = settled.kind === "done" ? "applied" : settled.kind === "retry" ? "failed" : settled.kind;
  const { version, correlationId } = audited.ok ? audited.entry : {};
  logChangeSettled(log, {
    sequenceNumber,
    eventId,
    eventName,
    outcome,
    ...(id !== undefined && "S" in id && { orderKey: id.S, ...readOrderKey(id.S) }),
    ...(version !== undefined && { version }),
    ...(correlationId !== undefined && { correlationId }),
    ...(settled.kind === "failed" && { code: settled.code }),
  });
}
