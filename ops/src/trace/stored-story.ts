import type { FoundEntry } from "@doorbell/audit-trail/read-audit-entry";
import { isChangeSettled } from "@doorbell/change-audit/log-events";
import type { LogEntry } from "@doorbell/cli/operate/trace/log-entry";
import type { Step } from "@doorbell/cli/operate/trace/step";
import type { Stored } from "@doorbell/cli/operate/trace/trace-hooks";
import { formatCounted } from "@doorbell/cli/table";
import { type RejectedLine, type RejectedLines, rejectedSteps } from "./rejected-lines.ts";
import type { StoredOrder, StoredReceipt, StoredRecords } from "../stored-records.ts";

const MAX_AUDIT_ENTRIES = 1_000;

/** Uploads with rejected lines among which an order is sought that nothing else knows: the newest. */
const MAX_SOUGHT_UPLOADS = 100;
/** Receipts that are looked through for them. */
const MAX_RECEIPTS = 1_000;

type Records = Pick<StoredRecords, "order" | "entries" | "receipt" | "receipts">;

/** What the tables and the rejects bucket tell of an id: an order's with its audit entries, or an upload's with its receipt. */
export async function storedStory(id: string, records: Records, rejects: RejectedLines): Promise<Stored | undefined> {
  const [order, audit, receipt] = await Promise.all([
    records.order(id),
    records.entries(id, MAX_AUDIT_ENTRIES),
    records.receipt(id),
  ]);
  if (order === undefined && audit.length === 0)
    return receipt === undefined ? undefined : uploadStory(receipt, await rejects.find(receipt));
  const uploads = await Promise.all(correlationIdsOf(order, audit).map((each) => records.receipt(each)));
  const lines = await Promise.all(
    uploads.flatMap((upload) => (upload === undefined ? [] : [rejects.find(upload, id)])),
  );
  return orderStory(id, order, audit, lines.flat());
}

/** The story of an order of which nothing came but rejected lines; undefined where there are none. The newest uploads are looked through. */
export async function rejectedStory(
  id: string,
  records: Pick<StoredRecords, "receipts">,
  rejects: RejectedLines,
): Promise<Stored | undefined> {
  const uploads = (await records.receipts(MAX_RECEIPTS)).filter(({ rejectedLines }) => rejectedLines > 0);
  const lines: RejectedLine[] = [];
  for (const upload of uploads.slice(0, MAX_SOUGHT_UPLOADS)) lines.push(...(await rejects.find(upload, id)));
  return lines.length === 0 ? undefined : orderStory(id, undefined, [], lines);
}

/** The story of an order, which may be gone, or may never have come. */
export function orderStory(
  id: string,
  order: StoredOrder | undefined,
  audit: readonly FoundEntry<"orderKey">[],
  rejected: readonly RejectedLine[] = [],
): Stored {
  const neverCame = order === undefined && audit.length === 0;
  const gone = neverCame ? `There is no order ${id}: it never came.` : `There is no order ${id}, and there was one.`;
  return {
    kind: "subject",
    correlationIds: [...new Set([...correlationIdsOf(order, audit), ...rejected.map(({ upload }) => upload.id)])],
    subjects: 1,
    steps: (entries) => [...recordedSteps(entries, audit), ...rejectedSteps(rejected, entries)],
    records: [
      ...(order === undefined ? [] : [{ title: "the order as it is stored", value: order }]),
      ...(audit.length === 0 ? [] : [{ title: "its audit entries", value: audit }]),
    ],
    summary: [...(order === undefined ? [gone] : orderSummary(order, audit)), ...rejectedSummary(rejected)],
  };
}

function correlationIdsOf(order: StoredOrder | undefined, audit: readonly FoundEntry<"orderKey">[]): readonly string[] {
  const ids = [
    ...audit.map((found) => (found.ok ? found.entry.correlationId : undefined)),
    order?.placed?.correlationId,
    order?.cancelled?.correlationId,
  ];
  return [...new Set(ids.filter((each) => each !== undefined))];
}

function rejectedSummary(rejected: readonly RejectedLine[]): string[] {
  return [...Map.groupBy(rejected, ({ upload }) => upload.id)].map(
    ([uploadId, lines]) =>
      `${formatCounted(lines.length, "line")} of it in ${lines[0]?.upload.key} (upload ${uploadId}) ${lines.length === 1 ? "was" : "were"} refused.`,
  );
}

function uploadStory(receipt: StoredReceipt, rejected: readonly RejectedLine[]): Stored {
  const { id, key, eventTime, orders, rejectedLines } = receipt;
  const says = `${key} came in as upload ${id}`;
  const more = rejectedLines - rejected.length;
  return {
    kind: "story",
    correlationIds: [id],
    subjects: orders,
    tellsMore: rejectedLines > 0,
    steps: (entries, about) => [
      { at: eventTime, service: "uploads bucket", kind: "uploaded", says },
      // An order's story tells its own lines.
      ...(about === id ? rejectedSteps(rejected, entries) : []),
    ],
    records: [{ title: "the receipt", value: receipt }],
    summary:
      more > 0 && rejected.length > 0 ? [`${formatCounted(more, "more line was", "more lines were")} refused.`] : [],
  };
}

/** Versions whose log is gone, as their entries tell them. */
function recordedSteps(entries: readonly LogEntry[], audit: readonly FoundEntry<"orderKey">[]): Step[] {
  const told = new Set(entries.filter(isChangeSettled).map(({ version }) => version));
  return audit.flatMap((found): Step[] => {
    if (!found.ok || told.has(found.version) || found.entry.at === undefined) return [];
    const at = new Date(found.entry.at * 1_000).toISOString();
    const says = `version ${found.version} was made about then; it is recorded, its log is gone`;
    // The stream gives whole minutes, rounded down.
    return [{ at, withinMs: 60_000, service: "orders table", kind: "audited", says }];
  });
}

function orderSummary(order: StoredOrder, audit: readonly FoundEntry<"orderKey">[]): string[] {
  const { id, status, version, placed } = order;
  const recorded = audit.map((found) => found.version);
  const versions = Array.from({ length: version }, (_, index) => index + 1);
  const open = versions.filter((each) => !recorded.includes(each));
  return [
    `Order ${id} is ${status}, in version ${version}.`,
    ...(status === "cancelled" && placed === undefined
      ? ["It never came: its cancellation waits for it, and will apply to it."]
      : []),
    open.length === 0
      ? "Every version of it is in the audit trail."
      : `Not in the audit trail: version ${open.join(", ")}.`,
  ];
}
