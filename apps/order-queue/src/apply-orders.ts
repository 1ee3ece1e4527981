import type { Invocation } from "@doorbell/batch/invocation";
import type { Outcome } from "@doorbell/batch/outcome";
import { type BusinessEvent, parseBusinessEvent } from "@doorbell/event-contracts/business-event";
import { describeIssues } from "@doorbell/event-contracts/describe-issues";
import type { QueueMessage } from "@doorbell/event-contracts/sqs";
import { createInline, type InlineOutcome } from "@doorbell/idempotency/inline";
import type { Store } from "@doorbell/idempotency/store";
import { decideOrder, proposeOrder } from "./decide-order.ts";
import { type Meeting, meetingOf } from "./meeting.ts";
import { watchedStore } from "./watched-store.ts";

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
export function applyOrders({ store, table }: { readonly store: Store; readonly table: string }) {
  return async (messages: readonly OrderMessage[], invocation: Invocation): Promise<readonly Outcome[]> => {
    const facts = new Map<string, Facts>();
    const factsOf = (orderId: string): Facts => {
      const known: Facts = facts.get(orderId) ?? { writtenAt: [], throttled: 0, throttledBy: "", meetings: new Map() };
      facts.set(orderId, known);
      return known;
    };
    const orders = createInline<BusinessEvent>({
      store: watchedStore(store, {
        written: ({ key }) => void factsOf(String(key["id"])).writtenAt.push(new Date()),
        putOff({ key }, code) {
          invocation.metrics.count("Throttles");
          const order = factsOf(String(key["id"]));
          order.throttled += 1;
          order.throttledBy = code;
        },
      }),
      table,
      keyOf: ({ subject }) => ({ id: subject }),
      propose: proposeOrder,
      decide: (stored, event) => {
        factsOf(event.subject).meetings.set(event, meetingOf(stored, event));
        return decideOrder(stored, event);
      },
    });
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
      const { meetings, ...order } = factsOf(event.value.subject);
      logOutcome(invocation, message, event.value, outcome, { ...order, meeting: meetings.get(event.value) });
      return messageOutcome(outcome);
    });
  };
}

/** What came up while the events of one order were applied. */
interface Facts {
  /** When its events were written that were, in their order. */
  readonly writtenAt: Date[];
  throttled: number;
  /** The code of the last one. */
  throttledBy: string;
  readonly meetings: Map<BusinessEvent, Meeting | undefined>;
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
  { log, metrics }: Invocation,
  { messageId, receiveCount }: OrderMessage,
  event: BusinessEvent,
  outcome: InlineOutcome | undefined,
  { writtenAt, throttled, throttledBy, meeting }: Omit<Facts, "meetings"> & { readonly meeting: Meeting | undefined },
): void {
  const { id: eventId, type, subject: orderId, correlationid: correlationId = eventId } = event;
  const facts = {
    ...(throttled > 0 && { throttled, throttledBy }),
    // The line comes at the end of the batch; an answer that was lost has no time of its own.
    ...(outcome?.kind === "applied" && writtenAt.length > 0 && { writtenAt: writtenAt.shift() }),
    ...(outcome?.kind === "applied" && meeting !== undefined && { meeting }),
    ...(outcome?.kind === "failed" && { code: outcome.code }),
  };
  const ids = { messageId, receiveCount, eventId, type, orderId, correlationId };
  log.info({ ...ids, outcome: outcome?.kind, ...facts }, "order event");
  if (outcome?.kind === "duplicate") metrics.count("Duplicates");
  if (outcome?.kind === "conflict") metrics.count("Conflicts");
  if (outcome?.kind !== "applied") return;
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
