import type { StoredOrder, StoredReceipt, StoredRecords } from "../../stored-records.ts";
import type { FoundEntry } from "@doorbell/audit-trail/read-audit-entry";
import type { FailedInvocation, LogEntry, ReadLine } from "./log-entry.ts";
import { type LogSearch, type Service, SERVICES } from "./log-search.ts";

/** Ids that one search follows at most; a story with more is told of these alone. */
const MAX_IDS = 500;
const MAX_AUDIT_ENTRIES = 1_000;
const MAX_EXAMPLES = 3;

/** All that is known of one order, or of what an id names. */
export interface Material {
  /** What the id was found to be. */
  readonly about:
    | { readonly kind: "order"; readonly orderId: string }
    | {
        readonly kind: "upload or story";
        readonly correlationId: string;
        readonly orders: number;
        /** Ids of a few of them. */
        readonly examples: readonly string[];
      }
    | { readonly kind: "message"; readonly id: string };
  readonly entries: readonly LogEntry[];
  readonly failed: readonly FailedInvocation[];
  readonly receipts: readonly StoredReceipt[];
  readonly order?: StoredOrder;
  readonly audit: readonly FoundEntry<"orderId">[];
}

/**
 * Finds what is known of an order id, upload id, correlation id, event id, message id or sequence number: first what names
 * it, then what names the same deliveries, then the invocations of those that failed. An id that leads to one order tells
 * that order's story; one that leads to many (an upload) tells theirs together. Undefined where nothing knows it.
 */
export async function gather(id: string, search: LogSearch, records: StoredRecords): Promise<Material | undefined> {
  const [lines, receipt, order, audit] = await Promise.all([
    search.find(SERVICES, [written(id)]),
    records.receipt(id),
    records.order(id),
    records.entries(id, 1),
  ]);
  const named = entriesOf(lines).filter((entry) => names(entry, id));
  if (order !== undefined || audit.length > 0 || named.some(({ orderId }) => orderId === id))
    return gatherOrder(id, search, records);
  const orderIds = new Set(
    named.flatMap((entry) => (entry.orderId === undefined || !tells(entry, id) ? [] : [entry.orderId])),
  );
  const [only] = orderIds;
  if (only !== undefined && orderIds.size === 1) return gatherOrder(only, search, records);
  if (receipt !== undefined || orderIds.size > 0) {
    const entries = named.filter(({ correlationId }) => correlationId === id);
    const failed = await failedOf(entries.filter(isIngest), search);
    const about = {
      kind: "upload or story",
      correlationId: id,
      orders: Math.max(orderIds.size, receipt?.orders ?? 0),
      examples: [...orderIds].slice(0, MAX_EXAMPLES),
    } as const;
    return { about, entries, failed, receipts: receipt === undefined ? [] : [receipt], audit: [] };
  }
  if (named.length === 0) return undefined;
  const failed = await failedOf(named, search);
  return { about: { kind: "message", id }, entries: named, failed, receipts: [], audit: [] };
}

async function gatherOrder(orderId: string, search: LogSearch, records: StoredRecords): Promise<Material> {
  const [lines, order, audit] = await Promise.all([
    search.find(["order-queue", "change-audit"], [written(orderId)]),
    records.order(orderId),
    records.entries(orderId, MAX_AUDIT_ENTRIES),
  ]);
  const own = entriesOf(lines).filter((entry) => entry.orderId === orderId);
  const messageIds = idsOf(own.map((entry) => entry.messageId));
  const sequenceNumbers = idsOf(own.map((entry) => entry.sequenceNumber));
  const stories = idsOf([
    ...own.map((entry) => entry.correlationId),
    ...audit.map((found) => (found.ok ? found.entry.correlationId : undefined)),
    order?.placed?.correlationId,
    order?.cancelled?.correlationId,
  ]);
  const [deliveries, changes, uploads, ...receipts] = await Promise.all([
    find(search, "order-queue", messageIds),
    find(search, "change-audit", sequenceNumbers),
    find(search, "upload-ingest", stories),
    ...[...stories].map((story) => records.receipt(story)),
  ]);
  const entries = unique([
    ...own,
    ...deliveries.filter((entry) => tellsAny(entry, messageIds)),
    ...changes.filter((entry) => tellsAny(entry, sequenceNumbers)),
    ...uploads.filter(({ correlationId }) => correlationId !== undefined && stories.has(correlationId)),
  ]);
  return {
    about: { kind: "order", orderId },
    entries,
    failed: await failedOf(entries, search),
    receipts: receipts.filter((receipt) => receipt !== undefined),
    ...(order !== undefined && { order }),
    audit,
  };
}

async function find(search: LogSearch, service: Service, ids: ReadonlySet<string>): Promise<readonly LogEntry[]> {
  return ids.size === 0 ? [] : entriesOf(await search.find([service], [...ids].map(written)));
}

/** The invocations of these lines that failed or timed out. */
async function failedOf(entries: readonly LogEntry[], search: LogSearch): Promise<readonly FailedInvocation[]> {
  const failed = new Map<string, FailedInvocation>();
  for (const service of SERVICES) {
    const requestIds = idsOf(entries.filter((entry) => entry.service === service).map((entry) => entry.requestId));
    if (requestIds.size === 0) continue;
    for (const line of await search.find([service], [...requestIds]))
      if (line.kind === "failed" && requestIds.has(line.invocation.requestId))
        failed.set(JSON.stringify(line.invocation), line.invocation);
  }
  return [...failed.values()];
}

function entriesOf(lines: readonly ReadLine[]): LogEntry[] {
  return lines.flatMap((line) => (line.kind === "entry" ? [line.entry] : []));
}

function isIngest({ service }: LogEntry): boolean {
  return service === "upload-ingest";
}

/** Whether the line is about what the id names, rather than about a batch in which it was. */
function tells(entry: LogEntry, id: string): boolean {
  return [entry.orderId, entry.messageId, entry.eventId, entry.sequenceNumber, entry.correlationId].includes(id);
}

function names(entry: LogEntry, id: string): boolean {
  return tells(entry, id) || (entry.ids ?? []).includes(id);
}

function tellsAny(entry: LogEntry, ids: ReadonlySet<string>): boolean {
  const { messageId, sequenceNumber } = entry;
  const own = [messageId, sequenceNumber].some((id) => id !== undefined && ids.has(id));
  return own || (entry.ids ?? []).some((id) => ids.has(id));
}

function idsOf(ids: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(ids.filter((id) => id !== undefined).slice(0, MAX_IDS));
}

function unique(entries: readonly LogEntry[]): LogEntry[] {
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}

/** A text as it stands in a line of JSON. */
function written(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
