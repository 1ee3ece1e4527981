import type { QueueHandlerOptions } from "@doorbell/batch/queue-handler";
import type { BusinessEvent } from "@doorbell/event-contracts/business-event";
import type { OrderCancelled } from "@doorbell/event-contracts/order-cancelled";
import type { OrderPlaced } from "@doorbell/event-contracts/order-placed";
import type { OrderCount } from "../src/metrics.ts";

/** Whose the orders are, where a test names nobody else. */
export const PARTNER = "acme";

/** An `order.placed` event for tests. */
export function placed(
  orderId: string,
  { id = `placed-${orderId}`, amount = "957.5775", source = PARTNER } = {},
): OrderPlaced {
  return {
    specversion: "1.0",
    id,
    source,
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
  { id = `cancelled-${orderId}`, reason = "changed my mind", source = PARTNER } = {},
): OrderCancelled {
  return {
    specversion: "1.0",
    id,
    source,
    type: "doorbell.order.cancelled.v1",
    subject: orderId,
    time: "2026-01-03T03:04:05.000Z",
    data: { orderId, reason },
  };
}

/** A message with an event, or with any text, in its body. */
export function message(body: BusinessEvent | string, receiveCount = 1) {
  return {
    messageId: `m-${(messages += 1)}`,
    receiptHandle: "receipt",
    body: typeof body === "string" ? body : JSON.stringify(body),
    attributes: { ApproximateReceiveCount: String(receiveCount), SentTimestamp: "1767225600000" },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-2:000000000000:orders",
    awsRegion: "eu-central-2",
  };
}
let messages = 0;

/** An invocation with time enough. */
export const context = {
  awsRequestId: "00000000-0000-4000-8000-000000000000",
  functionName: "order-queue",
  getRemainingTimeInMillis: () => 30_000,
};

/** A logger that keeps what is logged and counted. */
export function recordingLog(
  lines: object[],
  counts: Record<string, number>,
): QueueHandlerOptions<unknown, OrderCount>["log"] {
  const keep = (fields: object) => void lines.push(fields);
  const log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };
  const count = (name: string, by = 1) => void (counts[name] = (counts[name] ?? 0) + by);
  return { invocation: () => ({ ...log, metrics: { count, measure: () => {}, write: () => {} } }) };
}
