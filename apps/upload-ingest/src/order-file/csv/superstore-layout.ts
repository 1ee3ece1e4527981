/** The columns that describe the order and not one line of it, and the fields of the contract that hold them. */
const OF_ORDER = {
  "Order Date": "orderedOn",
  "Ship Date": "shippedOn",
  "Ship Mode": "shipMode",
  "Customer ID": "customer.id",
  "Customer Name": "customer.name",
  Segment: "customer.segment",
  Country: "shipTo.country",
  City: "shipTo.city",
  State: "shipTo.state",
  "Postal Code": "shipTo.postalCode",
  Region: "shipTo.region",
} as const;

/** The columns of the superstore layout in their usual places, and where the contract of an order has what they hold. */
export const SUPERSTORE_COLUMNS = {
  "Row ID": undefined,
  "Order ID": "orderId",
  ...OF_ORDER,
  "Product ID": "productId",
  Category: "category",
  "Sub-Category": "subCategory",
  "Product Name": "productName",
  Sales: "amount",
  Quantity: "quantity",
  Discount: "discount",
  Profit: "profit",
} as const;

/** The name of a column. */
export type Column = keyof typeof SUPERSTORE_COLUMNS;

/** All columns in their usual places. */
const COLUMNS: readonly Column[] = Object.keys(SUPERSTORE_COLUMNS).filter(isColumn);

/** The columns of which every line of an order must say the same. */
export const ORDER_COLUMNS: readonly Column[] = COLUMNS.filter((name) => Object.hasOwn(OF_ORDER, name));

/** The amounts of this layout are in this currency. */
export const SUPERSTORE_CURRENCY = "USD";

/** Where each column stands in this file. */
export type Layout = Readonly<Record<Column, number>>;

/**
 * Reads the header. Columns may stand in any order, but each of the 21 must be there once and no other.
 * Returns what is wrong, as text, where it is another header.
 */
export function readHeader(header: readonly string[]): Layout | string {
  const places = new Map(header.map((name, index) => [name.trim(), index]));
  const missing = COLUMNS.filter((name) => !places.has(name));
  const unknown = [...places.keys()].filter((name) => !isColumn(name));
  if (missing.length === COLUMNS.length) return "the first line is not the header of the superstore layout";
  const wrong = [
    ...(missing.length > 0 ? [`missing columns: ${missing.join(", ")}`] : []),
    ...(unknown.length > 0
      ? [`unknown columns: ${unknown.map((name) => JSON.stringify(name.slice(0, 50))).join(", ")}`]
      : []),
    ...(places.size < header.length ? ["a column comes twice"] : []),
  ];
  const layout: Partial<Record<Column, number>> = {};
  for (const name of COLUMNS) {
    const place = places.get(name);
    if (place !== undefined) layout[name] = place;
  }
  if (wrong.length === 0 && hasEveryColumn(layout)) return layout;
  return `not the header of the superstore layout; ${wrong.join("; ")}`;
}

function hasEveryColumn(layout: Partial<Layout>): layout is Layout {
  return COLUMNS.every((name) => layout[name] !== undefined);
}

function isColumn(name: string): name is Column {
  return Object.hasOwn(SUPERSTORE_COLUMNS, name);
}
