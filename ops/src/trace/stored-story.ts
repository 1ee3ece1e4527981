import type { FoundEntry } from "@doorbell/audit-trail/read-audit-entry";
import { isChangeSettled } from "@doorbell/change-audit/log-events";
import type { LogEntry } from "@doorbell/cli/operate/trace/log-entry";
import type { Step } from "@doorbell/cli/operate/trace/step";
import type { Stored } from "@doorbell/cli/operate/trace/trace-hooks";
import type { StoredOrder, StoredReceipt, StoredRecords } from "../stored-records.ts";

const MAX_AUDIT_ENTRIES = 1_000;

/** What the tables tell of an id: an order's with its audit entries, or an upload's with its receipt. */
export async function storedStory(
  id: string,
  records: Pick<StoredRecords, "order" | "entries" | "receipt">,
): Promise<Stored | undefined> {
  const [order, audit, receipt] = await Promise.all([
    records.order(id),
    records.entries(id, MAX_AUDIT_ENTRIES),
    records.receipt(id),
  ]);
  if (order !== undefined || audit.length > 0) return orderStory(id, order, audit);
  return receipt === undefined ? undefined : uploadStory(receipt);
}

/** The story of an order, which may be gone. */
export function orderStory(
  id: string,
  order: StoredOrder | undefined,
  audit: readonly FoundEntry<"orderKey">[],
): Stored {
  const ids = [
    ...audit.map((found) => (found.ok ? found.entry.correlationId : undefined)),
    order?.placed?.correlationId,
    order?.cancelled?.correlationId,
  ];
  return {
    kind: "subject",
    correlationIds: [...new Set(ids.filter((each) => each !== undefined))],
    subjects: 1,
    steps: (entries) => recordedSteps(entries, audit),
    records: [
      ...(order === undefined ? [] : [{ title: "the order as it is stored", value: order }]),
      ...(audit.length === 0 ? [] : [{ title: "its audit entries", value: audit }]),
    ],
    summary: order === undefined ? [`There is no order ${id}, and there was one.`] : orderSummary(order, audit),
  };
}

function uploadStory(receipt: StoredReceipt): Stored {
  const { id, key, eventTime, orders } = receipt;
  const says = `${key} came in as upload ${id}`;
  return {
    kind: "story",
    correlationIds: [id],
    subjects: orders,
    steps: () => [{ at: eventTime, service: "uploads bucket", kind: "uploaded", says }],
    records: [{ title: "the receipt", value: receipt }],
    summary: [],
  };
}

/** Versions whose log is gone, as their entries tell them. */
function recordedSteps(entries: readonly LogEntry[], audit: readonly FoundEntry<"orderKey">[]): Step[] {
  const told = new Set(entries.filter(isChangeSettled).map(({ version }) => version));
  return audit.flatMap((found): Step[] => {
    if (!found.ok || told.has(found.version) || found.entry.at === undefined) return [];
    const at = new Date(found.entry.at * 1_000).toISOString();
    const says = `version ${found.version} was made about then; it is recorded, its log is gone`;
    return [{ at, service: "orders table", kind: "audited", says }];
  });
}

function orderSummary({ id, status, version }: StoredOrder, audit: readonly FoundEntry<"orderKey">[]): string[] {
  const recorded = audit.map((found) => found.version);
  const versions = Array.from({ length: version }, (_, index) => index + 1);
  const open = versions.filter((each) => !recorded.includes(each));
  return [
    `Order ${id} is ${status}, in version ${version}.`,
    open.length === 0
      ? "Every version of it is in the audit trail."
      : `Not in the audit trail: version ${open.join(", ")}.`,
  ];
}
