import { readAuditEntry } from "@doorbell/audit-trail/read-audit-entry";
import { verifyTrail } from "@doorbell/audit-trail/verify-trail";
import { auditedOrders } from "@doorbell/change-audit/audited-orders";
import type { Attributes, ItemRef, ItemStore, JsonValue } from "@doorbell/idempotency/store";
import { type Change, imageOf } from "./change-stream.ts";
import { filesOf, type History, partnerOf, type PlannedOrder, totalOf } from "./history.ts";
import { NAMES, type Stores } from "./services.ts";

/** In what a run's end differs from what was sent, a sentence each. Empty lists are what DESIGN promises. */
export interface Differences {
  /** Orders, changes, entries, rejects and messages that ended nowhere. */
  readonly lost: string[];
  /** What was done twice, or was never asked for. */
  readonly doubled: string[];
  /** What is wrong in the audit trail, or with the values of an order. */
  readonly wrong: string[];
}

/** Where a run has ended. */
interface End {
  readonly memory: ItemStore;
  /** Every write of orders and entries that happened. */
  readonly changes: readonly Change[];
  readonly stores: Stores;
}

/** What must be stored under an order's key, worked out from what was sent alone. */
interface Expected {
  readonly version: number;
  readonly status: string;
  /** Any of them, where senders disagree. */
  readonly totals: readonly string[];
}

/** Compares where a run has ended with a model of it, which knows what was sent and nothing of how it is handled. */
export async function differences(history: History, { memory, changes, stores }: End): Promise<Differences> {
  const found: Differences = { lost: [], doubled: [], wrong: [] };
  const planned = new Map<string, PlannedOrder>();
  for (const each of history.sent) if ("amounts" in each) planned.set(`${partnerOf(each)}/${each.id}`, each);
  const written = Map.groupBy(changes, ({ ref: { table, key } }) => `${table} ${key["id"] ?? key["orderKey"]}`);

  for (const [orderKey, order] of planned) {
    const writes = written.get(`${NAMES.orders} ${orderKey}`) ?? [];
    if (order.isBad) {
      if (writes.length > 0) found.doubled.push(`${orderKey} is not valid and was stored`);
      continue;
    }
    const entries = written.get(`${NAMES.audit} ${orderKey}`) ?? [];
    const expected = expectedOf(order);
    const [item] = await readAll(memory, [{ table: NAMES.orders, key: { id: orderKey } }]);
    if (item === undefined) {
      found.lost.push(`${orderKey} is lost`);
      continue;
    }
    const total = totalIn(item["placed"]);
    compare(found.wrong, `the status of ${orderKey}`, JSON.stringify(item["status"]), [
      JSON.stringify(expected.status),
    ]);
    compare(found.wrong, `the total of ${orderKey}`, total, expected.totals);
    const version = Number(item["version"]);
    if (version < expected.version) found.lost.push(`${orderKey} has come to version ${version} only`);
    if (version > expected.version || writes.length > expected.version)
      found.doubled.push(`${orderKey} was written ${writes.length} times, to version ${version}`);
    if (order.isElsewhere) parkedOnce(found, stores, orderKey, order, total);
    if (entries.length > writes.length) found.doubled.push(`${orderKey} has ${entries.length} audit entries`);
    if (entries.length < expected.version) found.lost.push(`${orderKey} has ${entries.length} audit entries only`);
    const audited = await readAll(
      memory,
      entries.map(({ ref }) => ref),
    );
    const trail = {
      orderKey,
      image: imageOf(item),
      entries: audited.flatMap((entry) => (entry === undefined ? [] : [readAuditEntry(entry, auditedOrders)])),
    };
    for (const { kind, says } of verifyTrail(trail, auditedOrders)) found.wrong.push(`${orderKey}: ${kind}, ${says}`);
  }
  for (const name of written.keys()) {
    const [table, orderKey = ""] = name.split(" ");
    if (!planned.has(orderKey)) found.doubled.push(`${orderKey} in ${table} was never sent`);
  }
  fileDifferences(found, history, stores);
  parkedDifferences(found, history, stores);
  return found;
}

function expectedOf(order: PlannedOrder): Expected {
  const isPlaced = order.file !== undefined;
  const isCancelled = order.cancelled > 0;
  return {
    version: Number(isPlaced) + Number(isCancelled),
    status: isCancelled ? "cancelled" : "placed",
    totals: isPlaced ? [totalOf(order), ...(order.isElsewhere ? [totalOf(order, 1)] : [])] : [""],
  };
}

function totalIn(placed: JsonValue | undefined): string {
  if (typeof placed !== "object" || placed === null || !("total" in placed)) return "";
  return typeof placed["total"] === "string" ? placed["total"] : "no text";
}

/** Of two totals the one that came second is parked, for an operator to look at. */
function parkedOnce(found: Differences, { queue }: Stores, orderKey: string, order: PlannedOrder, stored: string) {
  const other = stored === totalOf(order) ? totalOf(order, 1) : totalOf(order);
  const isParked = queue.deadLetters.some(
    ({ body, reason = "" }) =>
      reason.startsWith(`${orderKey} is stored with another payload`) && body.includes(`"total":"${other}"`),
  );
  if (!isParked) found.lost.push(`the conflict of ${orderKey} was not parked`);
}

function fileDifferences(found: Differences, history: History, stores: Stores): void {
  const receipts = new Map([...stores.receipts.values()].map((receipt) => [receipt.key, receipt]));
  for (const { key, lines, badLines } of filesOf(history)) {
    const receipt = receipts.get(key);
    if (receipt === undefined) found.lost.push(`${key} has no receipt`);
    if (receipt === undefined) continue;
    const { status, lines: read, orders, rejectedLines } = receipt;
    const wanted = `done, ${lines.length} lines, ${lines.length - badLines.length} orders, ${badLines.length} rejected`;
    compare(found.wrong, key, `${status}, ${read} lines, ${orders} orders, ${rejectedLines} rejected`, [wanted]);
    const rejected = (stores.rejects.get(receipt.id) ?? []).map(({ line }) => line);
    for (const line of badLines) if (!rejected.includes(line)) found.lost.push(`line ${line} of ${key} is no reject`);
    if (rejected.length > badLines.length) found.doubled.push(`${key} has ${rejected.length} rejects`);
  }
}

/** Parked is what no retry mends, and nothing else. */
function parkedDifferences(found: Differences, history: History, { queue, parkedChanges }: Stores): void {
  const bodies = new Set(queue.deadLetters.map(({ body }) => body));
  const nonsense = history.sent.flatMap((each) => ("nonsense" in each ? [each.nonsense] : []));
  for (const body of nonsense) if (!bodies.has(body)) found.lost.push(`${JSON.stringify(body)} was not parked`);
  const mayConflict = new Set(
    history.sent.flatMap((each) =>
      "amounts" in each && each.isElsewhere ? [`${partnerOf(each)}/${each.id} is stored with another payload`] : [],
    ),
  );
  for (const { body, reason } of queue.deadLetters) {
    const isConflict = mayConflict.has(reason?.split(": ")[0] ?? "");
    if (!isConflict && !nonsense.includes(body)) found.lost.push(`in the dead-letter queue, for "${reason}": ${body}`);
  }
  for (const reason of parkedChanges) found.lost.push(`a change was parked: ${reason}`);
}

function compare(wrong: string[], what: string, is: string, wanted: readonly string[]): void {
  if (!wanted.includes(is)) wrong.push(`${what} is ${is}, not ${wanted.join(" or ")}`);
}

async function readAll(store: ItemStore, refs: readonly ItemRef[]): Promise<(Attributes | undefined)[]> {
  return (await store.read(refs)).map((result) => (result.kind === "read" ? result.item : undefined));
}
