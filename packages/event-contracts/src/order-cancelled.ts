import * as v from "valibot";
import { orderEvent, orderIdSchema } from "./cloud-event.ts";
import { text } from "./text.ts";

/** The type of {@link OrderCancelled}. Version 1 stays supported. */
export const ORDER_CANCELLED_TYPE = "doorbell.order.cancelled.v1";
/** The reason of a cancellation has at most this many characters. */
export const MAX_CANCEL_REASON_CHARS = 1024;

const orderCancelledDataSchema = v.object({
  orderId: orderIdSchema,
  reason: text(MAX_CANCEL_REASON_CHARS),
});

/** The whole `order.cancelled` event. */
export const orderCancelledSchema = orderEvent(ORDER_CANCELLED_TYPE, orderCancelledDataSchema);

/** What an `order.cancelled` event says. It may come before the order it cancels. */
export type OrderCancelledData = v.InferOutput<typeof orderCancelledDataSchema>;
/** An order was cancelled: a CloudEvents 1.0 event. */
export type OrderCancelled = v.InferOutput<typeof orderCancelledSchema>;
