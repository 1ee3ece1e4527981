import { describe, expect, test } from "vitest";
import { ORDER_LINES, ORDER_TEXT_CHARS } from "../../limits.ts";
import { csvLine, header, readAll } from "../../../test/testing.ts";

const row = (orderId: string) => csvLine({ "Order ID": orderId });
const read = (...lines: string[]) => {
  const { orders, rejects } = readAll([header, ...lines].join("\n"));
  return {
    orders: orders.map(({ data }) => data.orderId),
    rejects: rejects.map(({ line }) => line).toSorted((a, b) => a - b),
  };
};

test("lines of an order that come again later make another order", () => {
  expect(read(row("A"), row("A"), row("B"), row("A"))).toEqual({ orders: ["A", "B", "A"], rejects: [] });
});

describe("a line that cannot be read", () => {
  test("is rejected alone between two orders", () => {
    expect(read(row("A"), "rubbish", row("B"))).toEqual({ orders: ["A", "B"], rejects: [3] });
  });

  test("takes the order with it whose lines it lies between", () => {
    expect(read(row("A"), "rubbish", row("A"), row("A"), row("B"))).toEqual({ orders: ["B"], rejects: [2, 3, 4, 5] });
  });

  test("takes the order with it that it belongs to, first or last", () => {
    expect(read(row("A"), "1,B", row("B"), row("C"), "1,C", row("D"))).toEqual({
      orders: ["A", "D"],
      rejects: [3, 4, 5, 6],
    });
  });

  test("of another order, between two lines of an order, takes that order with it too", () => {
    expect(read(row("A"), "1,B", row("A"), row("C"))).toEqual({ orders: ["C"], rejects: [2, 3, 4] });
  });
});

test("a line without an order id is rejected", () => {
  expect(read(row(" "), row("A"))).toEqual({ orders: ["A"], rejects: [2] });
});

test("an order has at most 500 lines; of a longer one every line is rejected", () => {
  const lines = (count: number) => Array.from({ length: count }, () => row("A"));
  expect(read(...lines(ORDER_LINES), row("B")).orders).toEqual(["A", "B"]);
  const { orders, rejects } = read(...lines(ORDER_LINES + 3), row("B"));
  expect(orders).toEqual(["B"]);
  expect(rejects).toEqual(Array.from({ length: ORDER_LINES + 3 }, (_, index) => index + 2));
});

test("the text of an order is held within its limit", () => {
  const wide = csvLine({ "Order ID": "A", "Row ID": "9".repeat(ORDER_TEXT_CHARS / 3) });
  expect(read(wide, wide, row("B"))).toEqual({ orders: ["A", "B"], rejects: [] });
  expect(read(wide, wide, wide, row("B")).orders).toEqual(["B"]);
});
