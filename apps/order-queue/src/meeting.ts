import type { BusinessEvent } from "@doorbell/event-contracts/business-event";
import { ORDER_PLACED_TYPE } from "@doorbell/event-contracts/order-placed";
import type { Attributes } from "@doorbell/idempotency/store";

/** An order and its cancellation that came in the wrong order: the first of them, and the one that it waited for. */
export type Meeting = "order not there yet" | "cancelled before it came";

/** What the event meets in the stored order, where the two came in the wrong order. */
export function meetingOf(stored: Attributes | undefined, event: BusinessEvent): Meeting | undefined {
  if (event.type === ORDER_PLACED_TYPE)
    return stored !== undefined && !("placed" in stored) ? "cancelled before it came" : undefined;
  return stored === undefined ? "order not there yet" : undefined;
}
