import { sumAmounts } from "./money.ts";
import { ORDER_CANCELLED_TYPE, type OrderCancelled, type OrderCancelledData } from "./order-cancelled.ts";
import { ORDER_PLACED_TYPE, type OrderLine, type OrderPlaced, type OrderPlacedData } from "./order-placed.ts";

/** A valid order line with made-up content. */
export function sampleLine(overrides: Partial<OrderLine> = {}): OrderLine {
  return { productId: "FUR-1", productName: "Oak desk", quantity: 2, amount: "261.96", discount: "0.15", ...overrides };
}

/** A valid order with made-up content; `total` follows the lines unless it is given. */
export function sampleOrder(overrides: Partial<OrderPlacedData> = {}): OrderPlacedData {
  const lines = overrides.lines ?? [sampleLine(), sampleLine({ productId: "OFF-2", amount: "957.5775" })];
  return {
    orderId: "ORDER-1",
    orderedOn: "2024-02-29",
    customer: { id: "C-1", name: "Ada Example", segment: "Consumer" },
    shipTo: { country: "Switzerland", city: "Zürich", postalCode: "8001" },
    currency: "USD",
    total: sumAmounts(lines.map((line) => line.amount)),
    ...overrides,
    lines,
  };
}

/** A valid `order.placed` event; `subject` follows the data unless it is given. */
export function sampleOrderPlaced(
  data: Partial<OrderPlacedData> = {},
  overrides: Partial<OrderPlaced> = {},
): OrderPlaced {
  const order = sampleOrder(data);
  return { ...sampleAttributes(order.orderId), type: ORDER_PLACED_TYPE, data: order, ...overrides };
}

/** A valid `order.cancelled` event; `subject` follows the data unless it is given. */
export function sampleOrderCancelled(
  data: Partial<OrderCancelledData> = {},
  overrides: Partial<OrderCancelled> = {},
): OrderCancelled {
  const cancellation = { orderId: "ORDER-1", reason: "ordered twice", ...data };
  return { ...sampleAttributes(cancellation.orderId), type: ORDER_CANCELLED_TYPE, data: cancellation, ...overrides };
}

function sampleAttributes(orderId: string) {
  return {
    specversion: "1.0",
    id: `event-of-${orderId}`,
    source: "shop.example",
    subject: orderId,
    time: "2024-03-01T08:30:00.250Z",
    datacontenttype: "application/json",
    correlationid: `correlation-of-${orderId}`,
  } as const;
}
