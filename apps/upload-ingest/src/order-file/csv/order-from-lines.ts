import { issueAt } from "@doorbell/aws-events/issue";
import { isAmount, sumAmounts } from "@doorbell/event-contracts/money";
import { type OrderPlacedData, parseOrderLine, parseOrderPlacedData } from "@doorbell/event-contracts/order-placed";
import type { Issue } from "@doorbell/aws-events/parsed";
import type { CsvRecord } from "./csv-records.ts";
import type { OrderGroup } from "./group-orders.ts";
import { type Reject, reject, sameOrderRejected } from "../reject.ts";
import { type Layout, ORDER_COLUMNS, SUPERSTORE_COLUMNS, SUPERSTORE_CURRENCY } from "./superstore-layout.ts";

/** An order, or the rejects of all its lines. */
export type OrderFromLines =
  | { readonly ok: true; readonly data: OrderPlacedData }
  | { readonly ok: false; readonly rejects: readonly Reject[] };

/**
 * Makes one order of its CSV lines in the superstore layout and checks it against the contract. Every line must agree on the
 * columns that describe the order. An order is rejected as a whole: each faulty line with its own reasons, named by column,
 * the others because of the first of those.
 */
export function orderFromLines(group: OrderGroup, layout: Layout): OrderFromLines {
  const [first] = group.records;
  if (first === undefined) return { ok: false, rejects: [] };
  const disagrees = group.records.some((record) => record !== first && disagreements(record, first, layout).length > 0);
  const candidate = orderCandidate(group, first, layout);
  const parsed = parseOrderPlacedData(candidate);
  if (parsed.ok && !disagrees) return { ok: true, data: parsed.value };

  const ofOrder = parsed.ok ? [] : parsed.issues.filter(({ path }) => !path.startsWith("lines")).map(byColumn);
  const faults = group.records.map((record, index) => {
    const line = parseOrderLine(candidate.lines[index]);
    return [...ofOrder, ...(line.ok ? [] : line.issues.map(byColumn)), ...disagreements(record, first, layout)];
  });
  return { ok: false, rejects: rejectAll(group, faults) };
}

function rejectAll(group: OrderGroup, faults: readonly (readonly Issue[])[]): Reject[] {
  const faulty = group.records[faults.findIndex((issues) => issues.length > 0)];
  return group.records.map((record, index) => {
    const own = faults[index] ?? [];
    const reasons = own.length > 0 || faulty === undefined ? own : [sameOrderRejected(faulty.line)];
    return reject(record, reasons, group.orderId);
  });
}

function disagreements(record: CsvRecord, first: CsvRecord, layout: Layout): Issue[] {
  const issues: Issue[] = [];
  for (const column of ORDER_COLUMNS) {
    const at = layout[column];
    const value = record.fields[at];
    if (value !== first.fields[at])
      issues.push(issueAt(column, `the same as on line ${first.line} of the order`, value));
  }
  return issues;
}

function orderCandidate({ orderId, records }: OrderGroup, { fields }: CsvRecord, layout: Layout) {
  const lines = records.map((record) => lineCandidate(record, layout));
  const order = {
    orderId,
    orderedOn: fields[layout["Order Date"]],
    shippedOn: fields[layout["Ship Date"]],
    shipMode: fields[layout["Ship Mode"]],
    customer: withoutEmpty(
      {
        id: fields[layout["Customer ID"]],
        name: fields[layout["Customer Name"]],
        segment: fields[layout["Segment"]],
      },
      ["segment"],
    ),
    shipTo: withoutEmpty(
      {
        country: fields[layout["Country"]],
        city: fields[layout["City"]],
        state: fields[layout["State"]],
        postalCode: fields[layout["Postal Code"]],
        region: fields[layout["Region"]],
      },
      ["country", "city", "state", "postalCode", "region"],
    ),
    currency: SUPERSTORE_CURRENCY,
    lines,
    total: sumAmounts(lines.map(({ amount }) => amount).filter(isAmount)),
  };
  return withoutEmpty(order, ["shippedOn", "shipMode"]);
}

function lineCandidate({ fields }: CsvRecord, layout: Layout) {
  const line = {
    productId: fields[layout["Product ID"]],
    productName: fields[layout["Product Name"]],
    category: fields[layout["Category"]],
    subCategory: fields[layout["Sub-Category"]],
    quantity: quantityOf(fields[layout["Quantity"]] ?? ""),
    amount: fields[layout["Sales"]] ?? "",
    discount: fields[layout["Discount"]] ?? "",
    profit: fields[layout["Profit"]] ?? "",
  };
  return withoutEmpty(line, ["productName", "category", "subCategory", "discount", "profit"]);
}

/** Leaves out the optional fields that are empty. Deletes, which is rare, rather than copies: this runs for every line. */
function withoutEmpty<Fields extends object>(fields: Fields, optional: readonly (keyof Fields)[]): Fields {
  for (const name of optional) if (fields[name] === "") delete fields[name];
  return fields;
}

/** Plain decimal notation becomes a number, whose range and wholeness the contract judges; other text stays text. */
function quantityOf(text: string): number | string {
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,4})?$/.test(text) ? Number(text) : text;
}

const COLUMN_OF = new Map<string, string>(
  Object.entries(SUPERSTORE_COLUMNS).flatMap(([column, path]) => (path === undefined ? [] : [[path, column]])),
);

function byColumn(issue: Issue): Issue {
  return { ...issue, path: COLUMN_OF.get(issue.path) ?? issue.path };
}
