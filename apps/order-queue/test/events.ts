import type { Invocation } from "@doorbell/batch/invocation";
import type { BusinessEvent } from "@doorbell/event-contracts/business-event";
import type { OrderCancelled } from "@doorbell/event-contracts/order-cancelled";
import type { OrderPlaced } from "@doorbell/event-contracts/order-placed";
import type { OrderMessage } from "../src/apply-orders.ts";
import type { OrderCount } from "../src/metrics.ts";

/** An `order.placed` event for tests. */
export function placed(orderId: string, { id = `placed-${orderId}`, amount = "957.5775" } = {}): OrderPlaced {
  return {
    specversion: "1.0",
    id,
    source: "test",
    type: "doorbell.order.placed.v1",
    subject: orderId,
    time: "2026-01-02T03:04:05.000Z",
    correlationid: `story-of-${orderId}`,
    data: {
      orderId,
      orderedOn: "2026-01-01",
      customer: { id: "CG-12520", name: "A Customer" },
      shipTo: { country: "Switzerland", city: "Bern" },
      currency: "USD",
      lines: [{ productId: "FUR-BO-10001798", quantity: 2, amount }],
      total: amount,
    },
  };
}

/** An `order.cancelled` event for tests. */
export function cancelled(
  orderId: string,
  { id = `cancelled-${orderId}`, reason = "changed my mind" } = {},
): OrderCancelled {
  return {
    specversion: "1.0",
    id,
    source: "test",
    type: "doorbell.order.cancelled.v1",
    subject: orderId,
    time: "2026-01-03T03:04:05.000Z",
    data: { orderId, reason },
  };
}

/** A message with an event, or with any text, in its body. */
export function message(body: BusinessEvent | string, receiveCount = 1): OrderMessage {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { messageId: `m-${(messages += 1)}`, body: text, receiveCount };
}
let messages = 0;

/** An invocation with time enough, that keeps what is logged and counted. */
export function invocation(lines: object[] = [], counts: Record<string, number> = {}): Invocation<OrderCount> {
  const keep = (fields: object) => void lines.push(fields);
  const log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };
  const metrics: Invocation<OrderCount>["metrics"] = {
    count: (name, by = 1) => void (counts[name] = (counts[name] ?? 0) + by),
  };
  return { log, metrics, remainingMs: () => 30_000, signal: new AbortController().signal };
}
