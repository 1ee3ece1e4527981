import { describe, expect, test } from "vitest";
import { csvLine, header, readAll } from "../../../test/testing.ts";
import type { Column } from "./superstore-layout.ts";

type Fields = Partial<Record<Column, string>>;

const read = (...lines: Fields[]) => readAll([header, ...lines.map(csvLine)].join("\n"));
const reasonsOf = (fields: Fields) => read(fields).rejects.flatMap(({ reasons }) => reasons);

test("the lines of an order become one order with the exact total", () => {
  const { orders, rejects } = read(
    { Sales: "957.5775", Discount: "0.45", Profit: "-383.0310" },
    { "Product ID": "OFF-2", Sales: "0.0025", Quantity: "3", Profit: "" },
  );
  expect(rejects).toEqual([]);
  expect(orders).toMatchObject([
    {
      data: {
        orderId: "A-1",
        orderedOn: "2016-11-08",
        customer: { id: "EX-1", name: "Ada Example", segment: "Consumer" },
        shipTo: { postalCode: "42420" },
        currency: "USD",
        total: "957.58",
        lines: [
          { amount: "957.5775", discount: "0.45", profit: "-383.031", quantity: 2 },
          { productId: "OFF-2", amount: "0.0025", quantity: 3 },
        ],
      },
    },
  ]);
  expect(orders[0]?.data.lines[1]).not.toHaveProperty("profit");
});

test("optional columns may be empty", () => {
  const { orders } = read({ "Ship Date": "", "Ship Mode": "", Segment: "", "Postal Code": "", "Product Name": "" });
  expect(orders[0]?.data).not.toHaveProperty("shippedOn");
  expect(orders[0]?.data.shipTo).not.toHaveProperty("postalCode");
});

describe.each<[Column, string[]]>([
  ["Sales", ["1e400", "-0", "NaN", "1,000.00", "1.23456", "-5", "", "+1", " 1", "0x10", "Infinity"]],
  ["Quantity", ["0", "-1", "1.5", "two", "", "1e3", "9999999999999"]],
  ["Discount", ["1.5", "-0.1", "10%"]],
  ["Profit", ["-0", "1e3", "1.23456"]],
  ["Order Date", ["2016-02-30", "08.11.2016", "", "2016-11-8"]],
  ["Ship Date", ["2016-13-01"]],
  ["Customer ID", ["", " EX-1"]],
  ["Customer Name", ["", "Ada\u0000Example", "x".repeat(300)]],
  ["Product ID", [""]],
])("%s", (column, values) => {
  test.each(values)("%j is rejected, and the reason names the column", (value) => {
    expect(reasonsOf({ [column]: value })).toMatchObject([{ path: column }]);
  });
});

test.each(["=cmd|' /C calc'!A0", "<script>", "@SUM(1)"])("%s is text like any other", (name) => {
  expect(read({ "Product Name": name }).orders[0]?.data.lines[0]).toMatchObject({ productName: name });
});

test("an order is rejected whole: the faulty line with its reason, the others because of it", () => {
  const { orders, rejects } = read({}, { Quantity: "0" }, {}, { "Order ID": "A-2" });
  expect(orders.map(({ data }) => data.orderId)).toEqual(["A-2"]);
  expect(rejects.map(({ line, reasons }) => [line, reasons[0]?.path, reasons[0]?.received])).toEqual([
    [2, "", "line 3 of the same order was rejected"],
    [3, "Quantity", "0"],
    [4, "", "line 3 of the same order was rejected"],
  ]);
});

test("lines of one order must agree on the customer and the dates", () => {
  const { orders, rejects } = read({}, { "Customer ID": "EX-2", "Order Date": "2016-11-09" });
  expect(orders).toEqual([]);
  expect(rejects.map(({ line }) => line)).toEqual([2, 3]);
  expect(rejects[1]?.reasons).toMatchObject([
    { path: "Order Date", expected: "the same as on line 2 of the order" },
    { path: "Customer ID", received: '"EX-2"' },
  ]);
});
