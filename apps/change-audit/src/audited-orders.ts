import type { AuditEntry } from "@doorbell/audit-trail/audit-entry";
import type { AuditedItems } from "@doorbell/audit-trail/audited-items";

/** What is audited: orders, keyed by `id`. Their entries are stored under `orderId`, and every release must read those of the earlier ones. */
export const auditedOrders = {
  key: "id",
  entryKey: "orderId",
  parts: ["placed", "cancelled"],
} as const satisfies AuditedItems<"orderId">;

/** The audit entry of a change of an order. */
export type OrderEntry = AuditEntry<"orderId">;
