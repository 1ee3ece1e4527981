import type { BusinessEvent } from "@doorbell/event-contracts/business-event";
import { isObject } from "@doorbell/aws-events/is-object";
import { ORDER_PLACED_TYPE, parseOrderPlacedData } from "@doorbell/event-contracts/order-placed";
import type { InlineDecision } from "@doorbell/idempotency/inline";
import type { Attributes, Write } from "@doorbell/idempotency/store";
import { fingerprint } from "@doorbell/idempotency/fingerprint";
import { cancelledPart, placedPart, readOrderItem } from "./order-item.ts";

/**
 * The write to try before anything is read. A placed order is most likely new, a cancellation most likely follows the
 * order it cancels.
 */
export function proposeOrder(event: BusinessEvent): Write {
  return event.type === ORDER_PLACED_TYPE ? insertOf(event) : cancelAfter(1, event);
}

/**
 * What an event means for the order as it is stored. Pure. Whatever the order and the number of deliveries, the
 * business fields end the same:
 *
 * | stored | `order.placed` | `order.cancelled` |
 * |---|---|---|
 * | nothing | insert, version 1 | insert, version 1 |
 * | placed | duplicate, or conflict where the payload differs | cancel, version 2 |
 * | cancelled | add what was placed, version 2; it stays cancelled | duplicate: the first cancellation wins |
 * | both | duplicate, or conflict where the payload differs | duplicate |
 *
 * @throws OrderItemUnreadable
 */
export function decideOrder(stored: Attributes | undefined, event: BusinessEvent): InlineDecision {
  if (stored === undefined) return { kind: "write", write: insertOf(event) };
  const { version, placed, cancelled } = readOrderItem(stored);
  if (event.type !== ORDER_PLACED_TYPE) {
    return cancelled === undefined ? { kind: "write", write: cancelAfter(version, event) } : { kind: "duplicate" };
  }
  if (placed === undefined) {
    const set = { version: version + 1, placed: placedPart(event) };
    return { kind: "write", write: { kind: "update", set, where: { version, status: "cancelled" } } };
  }
  const given = fingerprint(event.data);
  const isSame = placed.fingerprint === given || readAgain(stored, event.data.orderId) === given;
  return isSame ? { kind: "duplicate" } : { kind: "conflict", stored: placed.fingerprint, given };
}

/** The fingerprint of a stored order as the contract reads it now: before amounts had one form, 1.50 was stored as it came. */
function readAgain(stored: Attributes, orderId: string): string | undefined {
  const { placed } = stored;
  const order = isObject(placed) ? parseOrderPlacedData({ ...placed, orderId }) : undefined;
  return order?.ok === true ? fingerprint(order.value) : undefined;
}

/** An order and its cancellation that came in the wrong order: the first of them, and the one that it waited for. */
export type OutOfOrderArrival = "order not there yet" | "cancelled before it came";

/** How the event arrived where it was applied to what was stored; nothing where it came in order. */
export function arrivalOf(stored: Attributes | undefined, event: BusinessEvent): OutOfOrderArrival | undefined {
  if (event.type !== ORDER_PLACED_TYPE) return stored === undefined ? "order not there yet" : undefined;
  return stored !== undefined && !("placed" in stored) ? "cancelled before it came" : undefined;
}

function insertOf(event: BusinessEvent): Write {
  const item =
    event.type === ORDER_PLACED_TYPE
      ? { version: 1, status: "placed", placed: placedPart(event) }
      : { version: 1, status: "cancelled", cancelled: cancelledPart(event) };
  return { kind: "insert", item };
}

/** Guarded by the status too: a cancellation that came first has version 1 as well. */
function cancelAfter(version: number, event: Exclude<BusinessEvent, { type: typeof ORDER_PLACED_TYPE }>): Write {
  const set = { version: version + 1, status: "cancelled", cancelled: cancelledPart(event) };
  return { kind: "update", set, where: { version, status: "placed" } };
}
