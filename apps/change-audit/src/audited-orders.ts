import type { AuditEntry } from "@doorbell/audit-trail/audit-entry";
import type { AuditedItems } from "@doorbell/audit-trail/audited-items";

/**
 * What is audited: orders, keyed by `id`, which names partner and order (`order-key` of the event contracts). Their entries are stored
 * under `orderKey`, and every release must read those of the earlier ones.
 */
export const auditedOrders = {
  key: "id",
  entryKey: "orderKey",
  parts: ["placed", "cancelled"],
} as const satisfies AuditedItems<"orderKey">;

/** The audit entry of a change of an order. */
export type OrderEntry = AuditEntry<"orderKey">;
