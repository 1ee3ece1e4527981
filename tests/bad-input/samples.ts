import { sampleLine, sampleOrder, sampleOrderPlaced } from "@doorbell/event-contracts/testing";
import type { OrderPlaced, OrderPlacedData } from "@doorbell/event-contracts/order-placed";
import type { Column } from "@doorbell/upload-ingest/order-file/csv/superstore-layout";
import { csvLine } from "@doorbell/upload-ingest/test/testing";

/** Stands in every name, line and body of the suite, and must stand in no log line. */
export const CANARY = "canary";

/** Makes the order ids of one case, so that what became of them can be told from every other case's. */
export type OrderId = (name: string) => string;

/** A line of the superstore layout; some columns replaced. */
export function line(columns: Partial<Record<Column, string>>): string {
  return csvLine({ "Customer Name": "Ada Canary", "Product Name": "canary desk", City: "Canary", ...columns });
}

/** An order as partners submit it. */
export function order(orderId: string, data: Partial<OrderPlacedData> = {}): OrderPlacedData {
  return sampleOrder({
    orderId,
    customer: { id: "C-1", name: "Ada Canary" },
    shipTo: { city: "Canary" },
    lines: [sampleLine({ productName: "canary desk", amount: "10.5" })],
    ...data,
  });
}

/** What an order id must be, as its refusal says. */
export const ORDER_ID =
  "1 to 64 characters, no control characters or lone surrogates, no white space at either end, in Unicode's NFC, none invisible or bidirectional";

/** An event about {@link order}. */
export function orderPlaced(
  orderId: string,
  data: Partial<OrderPlacedData> = {},
  event: Partial<OrderPlaced> = {},
): OrderPlaced {
  return sampleOrderPlaced(order(orderId, data), event);
}
