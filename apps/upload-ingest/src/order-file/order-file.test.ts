import { describe, expect, test } from "vitest";
import { LINE_BYTES } from "../limits.ts";
import { OrderFile } from "./order-file.ts";
import { csvLine, header, readAll } from "../../test/testing.ts";
import { sampleOrder } from "@doorbell/event-contracts/testing";

describe("the content decides on the format", () => {
  test("NDJSON begins with {, after blank lines and a byte-order mark", () => {
    expect(readAll(`\uFEFF\n  \n${JSON.stringify(sampleOrder())}\n`)).toMatchObject({
      format: "ndjson",
      lines: 1,
      orders: [{ lines: [{ line: 3 }] }],
    });
  });

  test.each(["\n", "\r\n"])("CSV begins with its header, after a byte-order mark, lines ending in %j", (lineEnd) => {
    const found = readAll(`\uFEFF${header}${lineEnd}${csvLine()}${lineEnd}`);
    expect(found).toMatchObject({ format: "csv", lines: 1, orders: [{ lines: [{ line: 2 }] }], rejects: [] });
  });

  test("a header alone is a file without orders", () => {
    expect(readAll(header)).toEqual({ format: "csv", lines: 0, orders: [], rejects: [] });
  });
});

describe("refused whole", () => {
  test.each<[string, string | Uint8Array, string]>([
    ["nothing", "", "empty"],
    ["white space", " \n\n", "empty"],
    ["a picture", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), "neither a CSV header nor NDJSON"],
    ["UTF-16", Buffer.from(`\uFEFF${header}\n`, "utf16le"), "expected UTF-8, received UTF-16"],
    ["UTF-16, bytes the other way round", Buffer.from(header, "utf16le").swap16(), "expected UTF-8, received UTF-16"],
    ["NDJSON in UTF-16", Buffer.from('{"orderId":"A-1"}', "utf16le"), "expected UTF-8, received UTF-16"],
    ["a JSON array", "[1,2]", "not the header of the superstore layout"],
    ["an unterminated quote in the header", `"${header}\n${csvLine()}`, "neither a CSV header nor NDJSON"],
    ["a first line without an end", "x".repeat(2 * LINE_BYTES), "its first line is too long"],
    ["blank lines only", "\n".repeat(3 * LINE_BYTES), "white space only"],
  ])("%s", (_name, contents, reason) => {
    expect(() => readAll(contents, 64 * 1024)).toThrow(reason);
  });
});

describe("NDJSON", () => {
  const order = (id: string) => JSON.stringify(sampleOrder({ orderId: id }));

  test("a faulty line is rejected with its number, path and raw text, its neighbours are not", () => {
    const wrong = JSON.stringify({ ...sampleOrder({ orderId: "A-2" }), total: "1" });
    const { orders, rejects, lines } = readAll([order("A-1"), wrong, "{not json", "", "[]", order("A-3")].join("\r\n"));
    expect(lines).toBe(5);
    expect(orders.map(({ data }) => data.orderId)).toEqual(["A-1", "A-3"]);
    expect(rejects).toMatchObject([
      { line: 2, orderId: "A-2", reasons: [{ path: "total", received: '"1"' }], raw: wrong },
      { line: 3, reasons: [{ expected: "JSON" }], raw: "{not json" },
      { line: 5, raw: "[]" },
    ]);
  });

  test("keys of the prototype are fields like any other", () => {
    const hostile = order("A-1").replace("{", '{"__proto__":{"orderId":"B"},"constructor":1,');
    expect(readAll(hostile).orders[0]?.data).toEqual(sampleOrder({ orderId: "A-1" }));
  });

  test("a line of 5 MB is rejected, however the file is cut", () => {
    const text = `${order("A-1")}\n{"x":"${"y".repeat(5 * LINE_BYTES)}"}\n${order("A-2")}`;
    for (const size of [10_000, 70_000, text.length]) {
      const { orders, rejects } = readAll(text, size);
      expect(orders.length).toBe(2);
      expect(rejects).toMatchObject([{ line: 2, reasons: [{ received: "a longer line" }] }]);
      expect(Buffer.byteLength(rejects[0]?.raw ?? "")).toBeLessThanOrEqual(4096);
    }
  });

  test("deep nesting is rejected", () => {
    expect(readAll(`{"orderId":${"[".repeat(100_000)}${"]".repeat(100_000)}}`).rejects).toHaveLength(1);
  });
});

describe("a file that breaks off", () => {
  test("keeps the orders before, rejects the one that was open, and names the line", () => {
    const file = new OrderFile();
    const lines = [header, csvLine(), csvLine({ "Order ID": "A-2" }), csvLine({ "Order ID": "A-2" }).slice(0, 20)];
    const steps = [...file.push(Buffer.from(lines.join("\n"))), ...file.cut("truncated gzip")];
    const [orders, rejects] = [steps.flatMap((step) => step.orders), steps.flatMap((step) => step.rejects)];
    expect(orders.map(({ data }) => data.orderId)).toEqual(["A-1"]);
    expect(rejects).toMatchObject([
      { line: 3, orderId: "A-2", reasons: [{ received: "a file that breaks off before" }] },
      { line: 4, reasons: [{ received: "truncated gzip" }], raw: csvLine({ "Order ID": "A-2" }).slice(0, 20) },
    ]);
    expect(file.lines).toBe(3);
  });

  test("is refused whole where nothing of it was read", () => {
    expect(() => [...new OrderFile().cut("truncated gzip")]).toThrow("truncated gzip");
  });
});
