import type { Invocation } from "@doorbell/batch/invocation";
import type { Outcome } from "@doorbell/batch/outcome";
import type { StreamRecord } from "@doorbell/event-contracts/dynamodb-stream";
import { type AuditEntry, type Audited, auditEntryOf } from "./audit-entry.ts";
import type { Appended, AuditTrail } from "./audit-trail.ts";

/**
 * Records a batch of changes in the audit trail: one entry each, all in one go. Entries do not depend on each other, so
 * one that comes late or twice simply fills its place. A change that can never be recorded is rejected, and so is one of
 * another table than the orders table: the stream of a wrong mapping must not end among the orders' changes.
 */
export function recordChanges(options: {
  readonly trail: AuditTrail;
  /** The name of the orders table. */
  readonly ordersTable: string;
}): (records: readonly StreamRecord[], invocation: Invocation) => Promise<readonly Outcome[]> {
  const { trail, ordersTable } = options;
  return async (records, invocation) => {
    const entries: AuditEntry[] = [];
    const audited = records.map((record) => {
      const result = isOf(ordersTable, record) ? auditEntryOf(record) : ofAnotherTable(record);
      return result.ok ? { ok: true as const, position: entries.push(result.entry) - 1 } : result;
    });
    const appended = await trail.append(entries, { remainingMs: () => invocation.remainingMs() });
    return audited.map((result, at) => {
      const entry = result.ok ? entries[result.position] : undefined;
      const outcome = result.ok ? appended[result.position] : undefined;
      logOutcome(invocation, records[at], entry, outcome);
      return result.ok ? outcomeOf(outcome) : { kind: "rejected", reason: result.reason };
    });
  };
}

/** A stream's ARN is that of its table and `/stream/<label>`. */
function isOf(table: string, { eventSourceArn }: StreamRecord): boolean {
  return eventSourceArn.includes(`:table/${table}/`);
}

function ofAnotherTable({ eventName, eventSourceArn }: StreamRecord): Audited {
  return {
    ok: false,
    reason: `This ${eventName} is not of the orders table, but of "${eventSourceArn.slice(0, 200)}".`,
  };
}

/** One line for each change, with what ties it to the other services' lines; no value of the order. */
function logOutcome(
  { log, metrics }: Invocation,
  record: StreamRecord | undefined,
  entry: AuditEntry | undefined,
  appended: Appended | undefined,
): void {
  const { eventId, eventName, sequenceNumber, keys } = record ?? {};
  const id = keys?.["id"];
  const orderId = id !== undefined && "S" in id ? id.S : undefined;
  const { version, correlationId } = entry ?? {};
  const outcome = entry === undefined ? "no order" : appended?.kind;
  log.info({ sequenceNumber, eventId, eventName, orderId, version, correlationId, outcome }, "order change");
  if (appended?.kind === "duplicate") metrics.count("Duplicates");
  if (appended?.kind === "conflict") metrics.count("Conflicts");
}

function outcomeOf(appended: Appended | undefined): Outcome {
  switch (appended?.kind) {
    case "appended":
    case "duplicate":
      return { kind: "done" };
    case "conflict":
      return {
        kind: "rejected",
        reason: `Another change is recorded for this version: ${appended.stored}, and this one is ${appended.given}.`,
      };
    case "refused":
      return { kind: "rejected", reason: `The audit table cannot hold this change (${appended.code}).` };
    default:
      return {
        kind: "retry",
        error: appended?.error ?? new Error("The audit trail gave no answer for this change."),
      };
  }
}
