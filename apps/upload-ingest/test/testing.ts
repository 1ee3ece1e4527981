import { SUPERSTORE_COLUMNS, type Column } from "../src/order-file/csv/superstore-layout.ts";
import type { Findings } from "../src/order-file/found-order.ts";
import { OrderFile } from "../src/order-file/order-file.ts";

/** The header of the superstore layout. */
export const header = Object.keys(SUPERSTORE_COLUMNS).join(",");

const sample: Readonly<Record<Column, string>> = {
  "Row ID": "1",
  "Order ID": "A-1",
  "Order Date": "2016-11-08",
  "Ship Date": "2016-11-11",
  "Ship Mode": "Second Class",
  "Customer ID": "EX-1",
  "Customer Name": "Ada Example",
  Segment: "Consumer",
  Country: "United States",
  City: "Henderson",
  State: "Kentucky",
  "Postal Code": "42420",
  Region: "South",
  "Product ID": "FUR-1",
  Category: "Furniture",
  "Sub-Category": "Bookcases",
  "Product Name": "Oak bookcase",
  Sales: "261.96",
  Quantity: "2",
  Discount: "0",
  Profit: "41.9136",
};

/** One line of the superstore layout with made-up content, fields quoted where they must be. */
export function csvLine(overrides: Partial<Record<Column, string>> = {}): string {
  return Object.values({ ...sample, ...overrides })
    .map(quoteIfNeeded)
    .join(",");
}

/** A field as CSV has it. */
export function quoteIfNeeded(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Everything that is found in a file, which is read in chunks of `chunkBytes`. @throws InvalidFile */
export function readAll(contents: string | Uint8Array, chunkBytes = Number.POSITIVE_INFINITY) {
  const bytes = Buffer.from(contents);
  const file = new OrderFile();
  const found: Findings = { orders: [], rejects: [] };
  const add = (steps: Iterable<Findings>) => {
    for (const { orders, rejects } of steps) {
      found.orders.push(...orders);
      found.rejects.push(...rejects);
    }
  };
  for (let at = 0; at < bytes.length; at += chunkBytes) add(file.push(bytes.subarray(at, at + chunkBytes)));
  add(file.end());
  return { ...found, lines: file.lines, format: file.format };
}
