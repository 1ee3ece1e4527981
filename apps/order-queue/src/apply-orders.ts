import type { Invocation } from "@doorbell/batch/invocation";
import type { ReadValue } from "@doorbell/batch/handler-options";
import { type BusinessEvent, readBusinessEvent } from "@doorbell/event-contracts/business-event";
import { orderKey, orderOf } from "@doorbell/event-contracts/order-key";
import type { QueueMessage } from "@doorbell/aws-events/sqs";
import type { IdempotencyOutcome } from "@doorbell/batch/outcome";
import { createInline, type InlineOutcome } from "@doorbell/idempotency/inline";
import type { ItemStore } from "@doorbell/idempotency/store";
import type { IsSampled } from "@doorbell/logger/sampling";
import { arrivalOf, decideOrder, proposeOrder } from "./decide-order.ts";
import { logOrderSettled } from "./log-events.ts";
import type { OrderCount } from "./metrics.ts";

/** A business event and what is to be known of the message that it came in. */
export interface DeliveredEvent extends Pick<QueueMessage, "messageId" | "receiveCount"> {
  readonly event: BusinessEvent;
}

/** Reads a message of the orders queue. */
export function parseDelivery(
  body: string,
  { messageId, receiveCount }: Pick<QueueMessage, "messageId" | "receiveCount">,
): ReadValue<DeliveredEvent> {
  const event = readBusinessEvent(body);
  return event.ok ? { ok: true, value: { messageId, receiveCount, event: event.value } } : event;
}

/**
 * Applies a batch of order events to the orders table and gives one outcome a message. An order is stored under its partner and id.
 *
 * Any order of delivery and any number of duplicates end in the same orders; see `decideOrder`. Ten new orders are one
 * DynamoDB call, ten duplicates two, or one where DynamoDB quotes what they met, and where every receive count is above 1: then most
 * likely all of it is already stored, and it is read first.
 */
export function applyOrders({
  store,
  table,
  isSampled,
}: {
  readonly store: ItemStore;
  readonly table: string;
  /** By order key: whether its plain successes are logged; everything else always is. */
  readonly isSampled: IsSampled;
}) {
  const orders = createInline<BusinessEvent>({
    store,
    table,
    keyOf: (event) => ({ id: orderKey(orderOf(event)) }),
    propose: proposeOrder,
    decide: decideOrder,
  });
  return async (
    deliveries: readonly DeliveredEvent[],
    invocation: Invocation<OrderCount>,
  ): Promise<readonly IdempotencyOutcome[]> => {
    const outcomes = await orders.apply(
      deliveries.map(({ event }) => event),
      { remainingMs: invocation.remainingMs, readFirst: deliveries.every(({ receiveCount }) => receiveCount > 1) },
    );
    for (const [position, delivery] of deliveries.entries()) tell(invocation, delivery, outcomes[position], isSampled);
    return outcomes.map((outcome, position) => {
      const { event } = deliveries[position] ?? {};
      // The reason for which a conflict is parked names the order.
      return outcome.kind === "conflict" && event ? { ...outcome, key: orderKey(orderOf(event)) } : outcome;
    });
  };
}

function tell(
  { log, metrics }: Invocation<OrderCount>,
  { messageId, receiveCount, event }: DeliveredEvent,
  settled: InlineOutcome | undefined,
  isSampled: IsSampled,
): void {
  if (settled === undefined) return;
  const order = orderOf(event);
  const key = orderKey(order);
  const { id: eventId, type, correlationid: correlationId = eventId } = event;
  const { kind: outcome, attempts, throttles, throttledBy, met } = settled;
  const writtenAtMs = settled.kind === "applied" ? settled.writtenAtMs : undefined;
  const arrival = outcome === "applied" && met ? arrivalOf(met.item, event) : undefined;
  if (arrival === "order not there yet") metrics.count("CancellationsWaiting");
  if (arrival === "cancelled before it came") metrics.count("CancellationsMatched");
  const isDone = outcome === "applied" || outcome === "duplicate";
  const isPlain = isDone && receiveCount === 1 && throttles === 0 && arrival === undefined;
  if (isPlain && !isSampled(key)) return;
  logOrderSettled(log, {
    messageId,
    receiveCount,
    eventId,
    type,
    orderKey: key,
    ...order,
    correlationId,
    outcome,
    attempts: attempts > 1 ? attempts : undefined,
    throttled: throttles > 0 ? throttles : undefined,
    throttledBy,
    writtenAt: writtenAtMs === undefined ? undefined : new Date(writtenAtMs).toISOString(),
    arrival,
    code: settled.kind === "failed" ? settled.code : undefined,
  });
}
