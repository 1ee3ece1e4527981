import type { Invocation } from "@doorbell/batch/invocation";
import type { Outcome } from "@doorbell/batch/outcome";
import { type BusinessEvent, parseBusinessEvent } from "@doorbell/event-contracts/business-event";
import { describeIssues } from "@doorbell/aws-events/describe-issues";
import type { QueueMessage } from "@doorbell/aws-events/sqs";
import { createInline, type InlineOutcome } from "@doorbell/idempotency/inline";
import type { ItemStore } from "@doorbell/idempotency/store";
import { arrivalOf, decideOrder, proposeOrder } from "./decide-order.ts";
import type { OrderCount } from "./metrics.ts";

/** What of a message the batch needs. */
export type OrderMessage = Pick<QueueMessage, "messageId" | "body" | "receiveCount">;

const REFUSALS = {
  "not-json": "The body is not JSON",
  malformed: "The body is not a valid business event",
  "unknown-type": "The event's type is not one of this queue",
  "unknown-version": "The event's version is not one that this release reads",
} as const;

/**
 * Applies a batch of order events to the orders table and gives one outcome a message.
 *
 * Any order of delivery and any number of duplicates end in the same orders; see `decideOrder`. Ten new orders are one
 * DynamoDB call, ten duplicates two, or one where every receive count is above 1: then most likely all of it is
 * already stored, and it is read first. What can never succeed is rejected with its reason: a body that is no business
 * event, a conflict, an order that is too large to store. Everything else that fails is retried.
 */
export function applyOrders({ store, table }: { readonly store: ItemStore; readonly table: string }) {
  const orders = createInline<BusinessEvent>({
    store,
    table,
    keyOf: ({ subject }) => ({ id: subject }),
    propose: proposeOrder,
    decide: decideOrder,
  });
  return async (messages: readonly OrderMessage[], invocation: Invocation<OrderCount>): Promise<readonly Outcome[]> => {
    const parsed = messages.map((message) => ({ message, event: parseBusinessEvent(message.body) }));
    const events = parsed.flatMap(({ message, event }) => (event.ok ? [{ message, event: event.value }] : []));
    const applied = await orders.apply(
      events.map(({ event }) => event),
      {
        remainingMs: () => invocation.remainingMs(),
        readFirst: events.every(({ message }) => message.receiveCount > 1),
      },
    );
    const outcomes = new Map(events.map(({ message }, position) => [message, applied[position]]));

    return parsed.map(({ message, event }) => {
      if (!event.ok) return { kind: "rejected", reason: `${REFUSALS[event.kind]}: ${describeIssues(event.issues)}` };
      const outcome = outcomes.get(message);
      logOutcome(invocation, message, event.value, outcome);
      return messageOutcome(outcome);
    });
  };
}

function messageOutcome(outcome: InlineOutcome | undefined): Outcome {
  switch (outcome?.kind) {
    case "applied":
    case "duplicate":
      return { kind: "done" };
    case "conflict":
      return {
        kind: "rejected",
        reason: `The order is stored with another payload: fingerprint ${outcome.stored} is stored, ${outcome.given} came`,
      };
    default:
      return failure(outcome);
  }
}

function failure(outcome: Extract<InlineOutcome, { kind: "failed" }> | undefined): Outcome {
  if (outcome?.code === "ValidationError") {
    return { kind: "rejected", reason: "DynamoDB refuses the order as not valid; an order over 400 KB is" };
  }
  return { kind: "retry", error: outcome?.error ?? new OrderNotApplied(outcome?.code ?? "NO_OUTCOME") };
}

/** One line for each message that was settled, with what ties it to the other services' lines. */
function logOutcome(
  { log, metrics }: Invocation<OrderCount>,
  { messageId, receiveCount }: OrderMessage,
  event: BusinessEvent,
  outcome: InlineOutcome | undefined,
): void {
  const { id: eventId, type, subject: orderId, correlationid: correlationId = eventId } = event;
  const { attempts = 0, throttles = 0, throttledBy, met } = outcome ?? {};
  const applied = outcome?.kind === "applied" ? outcome : undefined;
  const meeting = applied && met && arrivalOf(met.item, event);
  const facts = {
    ...(attempts > 1 && { attempts }),
    ...(throttles > 0 && { throttled: throttles, throttledBy }),
    // The line comes at the end of the batch.
    ...(applied?.writtenAtMs !== undefined && { writtenAt: new Date(applied.writtenAtMs) }),
    ...(meeting !== undefined && { meeting }),
    ...(outcome?.kind === "failed" && { code: outcome.code }),
  };
  const ids = { messageId, receiveCount, eventId, type, orderId, correlationId };
  log.info({ ...ids, outcome: outcome?.kind, ...facts }, "order event");
  if (throttles > 0) metrics.count("Throttles", throttles);
  if (outcome?.kind === "duplicate") metrics.count("Duplicates");
  if (outcome?.kind === "conflict") metrics.count("Conflicts");
  if (meeting === "order not there yet") metrics.count("CancellationsWaiting");
  if (meeting === "cancelled before it came") metrics.count("CancellationsMatched");
}

/** The event was not applied, and nothing was thrown that says more than the code. */
export class OrderNotApplied extends Error {
  readonly code = "ORDER_NOT_APPLIED";
  readonly reason: string;

  constructor(reason: string) {
    super(`The order event was not applied: ${reason}`);
    this.name = "OrderNotApplied";
    this.reason = reason;
  }
}
