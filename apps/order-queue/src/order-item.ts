import type { OrderCancelled } from "@doorbell/event-contracts/order-cancelled";
import type { OrderPlaced } from "@doorbell/event-contracts/order-placed";
import { fingerprint } from "@doorbell/idempotency/fingerprint";
import type { Attributes } from "@doorbell/idempotency/store";
import * as v from "valibot";

const partSchema = v.object({ fingerprint: v.pipe(v.string(), v.nonEmpty()) });

const orderItemSchema = v.pipe(
  v.object({
    version: v.pipe(v.number(), v.integer(), v.minValue(1)),
    status: v.picklist(["placed", "cancelled"]),
    placed: v.exactOptional(partSchema),
    cancelled: v.exactOptional(partSchema),
  }),
  v.check(({ placed, cancelled }) => placed !== undefined || cancelled !== undefined, "a part of its own"),
);

/**
 * An order as it is stored, as far as a decision reads it. `version` counts the changes, from 1 and without a gap:
 * the audit trail's keys rely on it. `placed` and `cancelled` hold what each event said, whichever came first.
 */
export type OrderItem = v.InferOutput<typeof orderItemSchema>;

/** What is stored under the order's key is not an order as this service writes it; nobody but an operator can help. */
export class OrderItemUnreadable extends Error {
  readonly code = "ORDER_ITEM_UNREADABLE";
  /** Where the item differs, without its values, which may be personal data. */
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    super(`The stored order is not readable at ${paths.join(", ")}`);
    this.name = "OrderItemUnreadable";
    this.paths = paths;
  }
}

/** @throws OrderItemUnreadable */
export function readOrderItem(stored: Attributes): OrderItem {
  const parsed = v.safeParse(orderItemSchema, stored);
  if (parsed.success) return parsed.output;
  throw new OrderItemUnreadable(parsed.issues.map((issue) => v.getDotPath(issue) ?? "the item"));
}

/** What the item keeps of `order.placed`. Holds personal data: the customer's name and where the order goes. */
export function placedPart({ id, time, correlationid, data }: OrderPlaced): Attributes {
  const { orderId: _key, ...order } = data;
  return { ...order, ...origin({ id, correlationid }), placedAt: time, fingerprint: fingerprint(data) };
}

/** What the item keeps of `order.cancelled`. */
export function cancelledPart({ id, time, correlationid, data }: OrderCancelled): Attributes {
  const { reason } = data;
  return { reason, ...origin({ id, correlationid }), cancelledAt: time, fingerprint: fingerprint(data) };
}

/** Which delivery won. An event without a correlation id begins a story of its own. */
function origin(event: { readonly id: string; readonly correlationid: string | undefined }): Attributes {
  return { eventId: event.id, correlationId: event.correlationid ?? event.id };
}
