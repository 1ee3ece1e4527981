import * as v from "valibot";
import { dateSchema } from "./calendar-schema.ts";
import { orderEvent, orderIdSchema } from "./cloud-event.ts";
import { withFieldRule } from "./field-rule.ts";
import { isObject } from "@doorbell/aws-events/is-object";
import { matching } from "./matching.ts";
import { amountSchema, fractionSchema, signedAmountSchema, sumAmounts } from "./money.ts";
import { parseWith } from "./parse-with.ts";
import type { Parsed } from "@doorbell/aws-events/parsed";
import { identifier, text } from "./text.ts";

/** The type of {@link OrderPlaced}. Version 1 stays supported. */
export const ORDER_PLACED_TYPE = "doorbell.order.placed.v1";
/** An order has at most this many lines. */
export const MAX_ORDER_LINES = 500;
/** An order as an event, in structured JSON, has at most this many bytes of UTF-8. */
export const MAX_ORDER_EVENT_BYTES = 200 * 1024;
/** At most this many pieces of one product in a line. */
export const MAX_QUANTITY = 1_000_000_000;

/** True for a number of pieces that can be ordered. */
export function isQuantity(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_QUANTITY;
}

/** True for an array of as many lines as an order may have, whatever they are. */
export function isOrderLength(lines: unknown): boolean {
  return Array.isArray(lines) && lines.length >= 1 && lines.length <= MAX_ORDER_LINES;
}

/** What the total of an order should be, where it is not the exact sum of its lines. */
export function expectedTotal(order: { total: string; lines: { amount: string }[] }): string | undefined {
  const sum = sumAmounts(order.lines.map((line) => line.amount));
  return sumAmounts([order.total]) === sum ? undefined : `the exact sum of the lines' amounts, ${sum}`;
}

const orderLineSchema = v.object({
  productId: identifier(64),
  productName: v.exactOptional(text(512)),
  category: v.exactOptional(text(128)),
  subCategory: v.exactOptional(text(128)),
  quantity: v.custom<number>(isQuantity, `a whole number from 1 to ${MAX_QUANTITY}`),
  amount: amountSchema,
  discount: v.exactOptional(fractionSchema),
  profit: v.exactOptional(signedAmountSchema),
});

const orderPlacedDataSchema = withFieldRule(
  v.object({
    orderId: orderIdSchema,
    orderedOn: dateSchema,
    shippedOn: v.exactOptional(dateSchema),
    shipMode: v.exactOptional(text(64)),
    customer: v.object({ id: identifier(64), name: text(256), segment: v.exactOptional(text(64)) }),
    shipTo: v.exactOptional(
      v.pipe(
        // valibot takes a list for an object; where nothing is required, an empty one would pass unseen.
        v.custom<object>(isObject, "object"),
        v.object({
          country: v.exactOptional(text(128)),
          city: v.exactOptional(text(128)),
          state: v.exactOptional(text(128)),
          postalCode: v.exactOptional(text(32)),
          region: v.exactOptional(text(128)),
        }),
      ),
    ),
    currency: matching(/^[A-Z]{3}$/, "an ISO 4217 currency code such as USD"),
    // Counted before they are looked at: a million bad lines would else be a million issues.
    lines: v.pipe(v.custom<unknown[]>(isOrderLength, `1 to ${MAX_ORDER_LINES} lines`), v.array(orderLineSchema)),
    total: amountSchema,
  }),
  "total",
  expectedTotal,
);

/** The whole `order.placed` event. */
export const orderPlacedSchema = orderEvent(ORDER_PLACED_TYPE, orderPlacedDataSchema);

/** One line of an order: a product, its quantity and its amount. */
export type OrderLine = v.InferOutput<typeof orderLineSchema>;
/** What an `order.placed` event says: who ordered what, for how much. `total` is the exact sum of the lines' amounts. */
export type OrderPlacedData = v.InferOutput<typeof orderPlacedDataSchema>;
/** An order was placed: a CloudEvents 1.0 event. */
export type OrderPlaced = v.InferOutput<typeof orderPlacedSchema>;

/** Checks one order line. Never throws. `path` leads the issues' paths. */
export function parseOrderLine(input: unknown, path = ""): Parsed<OrderLine> {
  return parseWith(orderLineSchema, input, path);
}

/** Checks what an `order.placed` event carries. Never throws. `path` leads the issues' paths. */
export function parseOrderPlacedData(input: unknown, path = ""): Parsed<OrderPlacedData> {
  return parseWith(orderPlacedDataSchema, input, path);
}
