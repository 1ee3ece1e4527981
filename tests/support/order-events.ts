import { createHash } from "node:crypto";

/** A business event as the orders queue takes it. */
export interface OrderEvent {
  readonly id: string;
  readonly body: string;
}

/** `order.placed` of an order with one line. */
export function placedEvent(
  orderId: string,
  { amount = "12.5", correlationId = `story-of-${orderId}` } = {},
): OrderEvent {
  return eventOf("placed", orderId, correlationId, {
    orderId,
    orderedOn: "2026-01-01",
    customer: { id: "C-1", name: "Ada Example" },
    currency: "USD",
    lines: [{ productId: "P-1", quantity: 1, amount }],
    total: amount,
  });
}

/** `order.cancelled` of an order. */
export function cancelledEvent(orderId: string, correlationId = `story-of-${orderId}`): OrderEvent {
  return eventOf("cancelled", orderId, correlationId, { orderId, reason: "changed my mind" });
}

function eventOf(what: string, subject: string, correlationid: string, data: object): OrderEvent {
  const id = createHash("sha256")
    .update(`${what} ${JSON.stringify(data)}`)
    .digest("hex");
  const envelope = { specversion: "1.0", id, source: "default", type: `doorbell.order.${what}.v1` };
  const time = "2026-01-02T03:04:05.000Z";
  return { id, body: JSON.stringify({ ...envelope, subject, time, correlationid, data }) };
}
