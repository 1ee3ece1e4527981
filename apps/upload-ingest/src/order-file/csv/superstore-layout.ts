/** The columns of the superstore layout, and where the contract of an order has what they hold. */
export const SUPERSTORE_COLUMNS = {
  "Row ID": undefined,
  "Order ID": "orderId",
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

/** The columns that describe the order and not one line of it: every line of an order must say the same. */
export const ORDER_COLUMNS = [
  "Order Date",
  "Ship Date",
  "Ship Mode",
  "Customer ID",
  "Customer Name",
  "Segment",
  "Country",
  "City",
  "State",
  "Postal Code",
  "Region",
] as const satisfies readonly Column[];

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
  const names = Object.keys(SUPERSTORE_COLUMNS).filter(isColumn);
  const missing = names.filter((name) => !places.has(name));
  const unknown = [...places.keys()].filter((name) => !isColumn(name));
  if (missing.length === names.length) return "the first line is not the header of the superstore layout";
  const wrong = [
    ...(missing.length > 0 ? [`missing columns: ${missing.join(", ")}`] : []),
    ...(unknown.length > 0
      ? [`unknown columns: ${unknown.map((name) => JSON.stringify(name.slice(0, 50))).join(", ")}`]
      : []),
    ...(places.size < header.length ? ["a column comes twice"] : []),
  ];
  if (wrong.length > 0) return `not the header of the superstore layout; ${wrong.join("; ")}`;
  const layout = { ...SUPERSTORE_PLACES };
  for (const name of names) layout[name] = places.get(name) ?? -1;
  return layout;
}

const SUPERSTORE_PLACES: Record<Column, number> = {
  "Row ID": 0,
  "Order ID": 1,
  "Order Date": 2,
  "Ship Date": 3,
  "Ship Mode": 4,
  "Customer ID": 5,
  "Customer Name": 6,
  Segment: 7,
  Country: 8,
  City: 9,
  State: 10,
  "Postal Code": 11,
  Region: 12,
  "Product ID": 13,
  Category: 14,
  "Sub-Category": 15,
  "Product Name": 16,
  Sales: 17,
  Quantity: 18,
  Discount: 19,
  Profit: 20,
};

function isColumn(name: string): name is Column {
  return Object.hasOwn(SUPERSTORE_COLUMNS, name);
}
