import { auditEntryOf } from "@doorbell/audit-trail/audit-entry";
import { parseStreamEvent } from "@doorbell/aws-events/dynamodb-stream";
import { auditedOrders, type OrderEntry } from "@doorbell/change-audit/audited-orders";
import type { FailureHooks } from "@doorbell/cli/operate/failures/failure-hooks";
import { formatCounted } from "@doorbell/cli/table";
import { itemOf } from "@doorbell/idempotency/read-item";
import type { Store } from "@doorbell/idempotency/store";
import { parseJson } from "@doorbell/cli/parse-json";

/** Objects of the failures bucket: `change-rejected`, which `change-audit` parked, and `batch-exhausted`. */
export function changeHooks(options: {
  readonly store: Pick<Store, "read">;
  readonly auditTable: string;
}): FailureHooks {
  const { store, auditTable } = options;
  return {
    place: "failures bucket",
    kinds: { "record-rejected": "change-rejected" },
    about: describeChanges,
    stories: (event) => ({ subjects: [...ordersIn(event).orders], correlationIds: [] }),
    // An entry records a change when it makes the same transition, as the service itself judges.
    isDone: async (event) => {
      const entries = entriesOf(event);
      if (entries === undefined) return false;
      const refs = entries.map(({ orderKey, version }) => ({ table: auditTable, key: { orderKey, version } }));
      const stored = (await store.read(refs)).map(itemOf);
      return entries.every(
        ({ before, after }, at) => stored[at] && stored[at]["before"] === before && stored[at]["after"] === after,
      );
    },
  };
}

/** The audit entries that the changes of an event make; undefined where one of them makes none. */
export function entriesOf(event: string): readonly OrderEntry[] | undefined {
  const envelope = parseStreamEvent(parseJson(event));
  if (!envelope.ok) return undefined;
  const audited = envelope.records.map((record) => (record.ok ? auditEntryOf(record.value, auditedOrders) : undefined));
  const entries = audited.flatMap((result) => (result?.ok ? [result.entry] : []));
  return entries.length === audited.length ? entries : undefined;
}

/** `3 changes of orders A, B` */
function describeChanges(event: string): string {
  const { count, orders } = ordersIn(event);
  const changes = formatCounted(count, "change");
  return orders.size === 0
    ? changes
    : `${changes} of ${orders.size === 1 ? "order" : "orders"} ${[...orders].join(", ")}`;
}

/** How many changes are in an event, and the keys of the orders that they are of. */
function ordersIn(event: string): { readonly count: number; readonly orders: ReadonlySet<string> } {
  const envelope = parseStreamEvent(parseJson(event));
  const records = envelope.ok ? envelope.records : [];
  const read = records.flatMap((record) => (record.ok ? [record.value] : []));
  const orders = new Set(read.flatMap(({ keys: { id } }) => (id && "S" in id ? [id.S] : [])));
  return { count: records.length, orders };
}
