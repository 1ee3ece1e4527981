import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Issue } from "@doorbell/aws-events/parsed";
import { MAX_ORDER_LINES, MAX_QUANTITY, parseOrderLine, parseOrderPlacedData } from "./order-placed.ts";
import { sampleLine, sampleOrder } from "./testing.ts";

function issuesOf(input: unknown): readonly Issue[] {
  const parsed = parseOrderPlacedData(input);
  return parsed.ok ? [] : parsed.issues;
}

const pathsOf = (input: unknown) => issuesOf(input).map((issue) => issue.path);

test("a whole order passes as it is", () => {
  const order = sampleOrder({ shippedOn: "2024-03-02", shipMode: "First Class" });
  expect(parseOrderPlacedData(order)).toEqual({ ok: true, value: order });
});

test("an order of what is required alone passes", () => {
  const order = {
    orderId: "1",
    orderedOn: "2024-01-01",
    customer: { id: "c", name: "n" },
    currency: "CHF",
    lines: [{ productId: "p", quantity: 1, amount: "0" }],
    total: "0",
  };
  expect(parseOrderPlacedData(order)).toEqual({ ok: true, value: order });
});

test("fields that the contract does not name are ignored", () => {
  const order = sampleOrder();
  expect(parseOrderPlacedData({ ...order, giftWrap: { colour: "red" } })).toEqual({ ok: true, value: order });
});

describe("every refusal names the place, the expectation and what came", () => {
  test.each<[string, object, Issue]>([
    [
      "a day that does not exist",
      { orderedOn: "2024-02-30" },
      { path: "orderedOn", expected: "a date that exists, YYYY-MM-DD", received: '"2024-02-30"' },
    ],
    ["a missing customer", { customer: undefined }, { path: "customer", expected: "a value", received: "nothing" }],
    ["a customer that is text", { customer: "Ada" }, { path: "customer", expected: "object", received: '"Ada"' }],
    [
      "a customer without a name",
      { customer: { id: "c" } },
      { path: "customer.name", expected: "a value", received: "nothing" },
    ],
    [
      "another currency notation",
      { currency: "usd" },
      { path: "currency", expected: "an ISO 4217 currency code such as USD", received: '"usd"' },
    ],
    ["a total as a number", { total: 1219.5375 }, { path: "total", expected: "string", received: "1219.5375" }],
    [
      "a total that is not the sum",
      { total: "1219.5376" },
      { path: "total", expected: "the exact sum of the lines' amounts, 1219.5375", received: '"1219.5376"' },
    ],
    ["an address that is a list", { shipTo: [] }, { path: "shipTo", expected: "object", received: "array of 0" }],
    ["no lines", { lines: [], total: "0" }, { path: "lines", expected: "1 to 500 lines", received: "array of 0" }],
    [
      "half a piece",
      { lines: [sampleLine({ quantity: 0.5 })] },
      { path: "lines[0].quantity", expected: `a whole number from 1 to ${MAX_QUANTITY}`, received: "0.5" },
    ],
  ])("%s", (_, overrides, issue) => {
    expect(issuesOf({ ...sampleOrder(), ...overrides })).toEqual([issue]);
  });
});

test.each(["1e400", "-0", "-1", "NaN", "1,000.00", "1.00001", "", "1 "])("a line does not cost %j", (amount) => {
  expect(parseOrderLine(sampleLine({ amount }), "line")).toMatchObject({
    ok: false,
    issues: [{ path: "line.amount" }],
  });
});

test.each([0, -1, 1.5, Number.POSITIVE_INFINITY, Number.NaN, MAX_QUANTITY + 1, "2", null])(
  "a line is not for %j pieces",
  (quantity) => {
    expect(parseOrderLine({ ...sampleLine(), quantity })).toMatchObject({ ok: false, issues: [{ path: "quantity" }] });
  },
);

test.each(["0", "1", "1.0", "0.45", "0.3333"])("a discount may be %s", (discount) => {
  expect(parseOrderLine(sampleLine({ discount })).ok).toBe(true);
});

test.each(["1.01", "-0.1", "2", "45%", "0.33333"])("a discount may not be %s", (discount) => {
  expect(parseOrderLine(sampleLine({ discount })).ok).toBe(false);
});

describe("amounts that are equal are one amount", () => {
  test("in every field of money", () => {
    const written = sampleLine({ amount: "1.50", discount: "0.1500", profit: "-2.0" });
    expect(parseOrderLine(written)).toEqual({
      ok: true,
      value: { ...written, amount: "1.5", discount: "0.15", profit: "-2" },
    });
    const parsed = parseOrderPlacedData(
      sampleOrder({ lines: [written, sampleLine({ amount: "0.00" })], total: "1.500" }),
    );
    expect(parsed).toMatchObject({ ok: true, value: { lines: [{ amount: "1.5" }, { amount: "0" }], total: "1.5" } });
  });

  test("whatever the number of zeros behind them", () => {
    const units = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(units, fc.nat(4), (tenThousandths, zeros) => {
        const full = (tenThousandths / 10_000).toFixed(4);
        const shortest = full.replace(/\.?0+$/, "");
        const [whole = "", decimals = ""] = shortest.split(".");
        const padded = (decimals + "0".repeat(zeros)).slice(0, 4);
        const amount = padded === "" ? whole : `${whole}.${padded}`;
        expect(parseOrderLine(sampleLine({ amount }))).toMatchObject({ ok: true, value: { amount: shortest } });
      }),
    );
  });

  test("what came is not changed", () => {
    const order = Object.freeze(sampleOrder({ lines: [sampleLine({ amount: "1.50" })], total: "1.50" }));
    expect(parseOrderPlacedData(order)).toMatchObject({ ok: true, value: { total: "1.5" } });
    expect(order).toMatchObject({ total: "1.50", lines: [{ amount: "1.50" }] });
  });
});

test.each([
  ["an empty one", ""],
  ["65 characters", "x".repeat(65)],
  ["a control character", "A\u0000B"],
  ["a tab", "A\tB"],
  ["a C1 control character", "A\u0085B"],
  ["a lone surrogate", "A\ud800"],
  ["a character that SQS refuses", "A\uffff"],
  ["a space before", " A"],
  ["a space after", "A "],
  ["a no-break space after", "A\u00a0"],
  ["a zero-width space", "A\u200bB"],
  ["a zero-width joiner", "A\u200d"],
  ["a zero-width no-break space", "\ufeffA"],
  ["a soft hyphen", "A\u00adB"],
  ["a word joiner", "A\u2060B"],
  ["a left-to-right mark", "A\u200e"],
  ["a right-to-left override", "A\u202eB"],
  ["a right-to-left isolate", "A\u2067B"],
  ["an Arabic letter mark", "A\u061cB"],
  ["a line separator", "A\u2028B"],
  ["a tag character", "A\u{e0041}"],
  ["an accent apart from its letter", "Caf\u0065\u0301"],
  ["a letter whose normal form is another", "\u212b"],
])("an order id is not %s", (_, orderId) => {
  expect(pathsOf(sampleOrder({ orderId }))).toEqual(["orderId"]);
});

test.each(["x", "x".repeat(64), "CA-2016-152156", "=cmd", "<b>", "Ünï 訂單", "😀".repeat(64), "__proto__"])(
  "an order id may be %s",
  (orderId) => {
    expect(pathsOf(sampleOrder({ orderId }))).toEqual([]);
  },
);

test("an order has at most 500 lines, and the lines of a longer one are not even looked at", () => {
  expect(pathsOf(sampleOrder({ lines: Array(MAX_ORDER_LINES).fill(sampleLine()) }))).toEqual([]);
  const tooMany = { ...sampleOrder(), lines: Array(1_000_000).fill("not a line") };
  expect(issuesOf(tooMany)).toEqual([{ path: "lines", expected: "1 to 500 lines", received: "array of 1000000" }]);
});

test("at most 50 issues are listed", () => {
  expect(issuesOf({ ...sampleOrder(), lines: Array(MAX_ORDER_LINES).fill(null) })).toHaveLength(50);
});

test("a total is the sum, however it is written", () => {
  const amounts = fc.array(fc.integer({ min: 0, max: 99_999_999 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 9 }), (tenThousandths, off) => {
      const decimal = (units: number) => (units / 10_000).toFixed(4);
      const lines = tenThousandths.map((units) => sampleLine({ amount: decimal(units) }));
      const sum = tenThousandths.reduce((total, units) => total + units, 0);
      expect(pathsOf(sampleOrder({ lines, total: decimal(sum) }))).toEqual([]);
      expect(pathsOf(sampleOrder({ lines, total: decimal(sum + off) }))).toEqual(["total"]);
    }),
  );
});
