import { sampleLine, sampleOrder } from "@doorbell/event-contracts/testing";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { inflate } from "./stored-object/inflate.ts";
import { ingestUpload } from "./ingest-upload.ts";
import * as limits from "./limits.ts";
import { memoryPorts, testInvocation, uploaded } from "../test/memory-ports.ts";
import { OrderFile } from "./order-file/order-file.ts";
import { reject } from "./order-file/reject.ts";
import { csvLine, header, readAll } from "../test/testing.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

test("the limits are those of the design", () => {
  expect(limits).toMatchObject({
    LINE_BYTES: MIB,
    ORDER_LINES: 500,
    ORDER_EVENT_BYTES: 200 * KIB,
    FILE_BYTES: 20_000_000_000,
    INFLATION_RATIO: 200,
    INFLATION_FREE_BYTES: 64 * MIB,
    REASON_BYTES: KIB,
    RAW_BYTES: 4 * KIB,
    REJECTED_ORDER_ID_BYTES: 256,
    ORDER_TEXT_CHARS: MIB,
    REJECTED_LINES: 1_000_000,
    LINE_VALUES: 20_000,
    STEP_LINES: 250,
  });
});

/** Lines of exactly the limit, and of one byte more, between two that are good. */
describe("a line of LINE_BYTES is read, one of a byte more is rejected", () => {
  const chunkSizes = [1000, 70_000, 2 * MIB];

  test("CSV", () => {
    const lineOf = (bytes: number) => {
      const rest = Buffer.byteLength(csvLine({ "Order ID": "wide", "Row ID": "" }));
      return csvLine({ "Order ID": "wide", "Row ID": "9".repeat(bytes - rest) });
    };
    const file = (bytes: number) => [header, csvLine(), lineOf(bytes), csvLine({ "Order ID": "A-2" })].join("\n");
    for (const size of chunkSizes) {
      expect(readAll(file(limits.LINE_BYTES), size)).toMatchObject({ orders: { length: 3 }, rejects: [] });
      expect(readAll(file(limits.LINE_BYTES + 1), size)).toMatchObject({
        orders: { length: 2 },
        rejects: [{ line: 3, reasons: [{ received: "a longer line" }] }],
      });
    }
  });

  test("NDJSON", () => {
    const good = JSON.stringify(sampleOrder());
    const lineOf = (bytes: number) => good.replace("{", `{"pad":"${"9".repeat(bytes - Buffer.byteLength(good) - 9)}",`);
    const file = (bytes: number) => [good, lineOf(bytes), good].join("\n");
    expect(Buffer.byteLength(lineOf(limits.LINE_BYTES))).toBe(limits.LINE_BYTES);
    for (const size of chunkSizes) {
      expect(readAll(file(limits.LINE_BYTES), size)).toMatchObject({ orders: { length: 3 }, rejects: [] });
      expect(readAll(file(limits.LINE_BYTES + 1), size)).toMatchObject({
        orders: { length: 2 },
        rejects: [{ line: 2, reasons: [{ received: "a longer line" }] }],
      });
    }
  });
});

test("an event of ORDER_EVENT_BYTES is sent, one of a byte more is rejected", async () => {
  const ingest = async (productNameChars: number) => {
    const lines = Array.from({ length: 400 }, () => sampleLine({ productName: "y".repeat(422) }));
    const order = sampleOrder({ lines: [...lines, sampleLine({ productName: "y".repeat(productNameChars) })] });
    const { ports, rejects, sent } = memoryPorts({ a: JSON.stringify(order) });
    await ingestUpload(ports)(uploaded("a"), testInvocation());
    return { bytes: sent.map((body) => Buffer.byteLength(body)), rejects: [...rejects.values()].flat() };
  };
  const { bytes } = await ingest(1);
  const missing = limits.ORDER_EVENT_BYTES - (bytes[0] ?? 0);
  expect(missing).toBeLessThan(511);
  expect(await ingest(1 + missing)).toEqual({ bytes: [limits.ORDER_EVENT_BYTES], rejects: [] });
  expect(await ingest(2 + missing)).toMatchObject({
    bytes: [],
    rejects: [{ line: 1, reasons: [{ received: `${limits.ORDER_EVENT_BYTES + 1} bytes` }] }],
  });
});

describe("decompression", () => {
  const read = async (contents: Uint8Array) => {
    let bytes = 0;
    for await (const piece of inflate(slicesOf(gzipSync(contents, { level: 9 })))) bytes += piece.length;
    return bytes;
  };

  test("INFLATION_FREE_BYTES are read whatever the ratio", async () => {
    expect(await read(Buffer.alloc(limits.INFLATION_FREE_BYTES))).toBe(limits.INFLATION_FREE_BYTES);
  });

  test("beyond them a file may inflate to INFLATION_RATIO times its size, and no further", async () => {
    const size = limits.INFLATION_FREE_BYTES + 16 * MIB;
    expect(await read(ofRatio(size, limits.INFLATION_RATIO * 0.9))).toBe(size);
    await expect(read(ofRatio(size, limits.INFLATION_RATIO * 1.1))).rejects.toMatchObject({ code: "FILE_BROKEN" });
  });
});

test("RAW_BYTES of a line are kept, REJECTED_ORDER_ID_BYTES of its order's id, and what is cut is marked", () => {
  const reason = { path: "", expected: "another line", received: "this one" };
  const rejected = (raw: number, orderId: number) =>
    reject({ line: 1, raw: "r".repeat(raw) }, [reason], "o".repeat(orderId));
  const { RAW_BYTES, REJECTED_ORDER_ID_BYTES } = limits;
  expect(rejected(RAW_BYTES, REJECTED_ORDER_ID_BYTES)).toMatchObject({
    raw: "r".repeat(RAW_BYTES),
    orderId: "o".repeat(REJECTED_ORDER_ID_BYTES),
  });
  expect(rejected(RAW_BYTES + 1, REJECTED_ORDER_ID_BYTES + 1)).toMatchObject({
    raw: `${"r".repeat(RAW_BYTES - 3)}…`,
    orderId: `${"o".repeat(REJECTED_ORDER_ID_BYTES - 3)}…`,
  });
});

describe("a step finds no more than STEP_LINES lines and those of one order", () => {
  const { STEP_LINES, ORDER_LINES } = limits;
  const oneOrder = `${csvLine()}\n`.repeat(ORDER_LINES);
  test.each([
    ["CSV, short lines", `${header}\n${"y\n".repeat(50_000)}`],
    ["CSV, an unclosed quote", `${header}\n1,"open\n${"y\n".repeat(600_000)}`],
    ["CSV, one order and the lines for which it is rejected", `${header}\n${oneOrder}${"1,A-1\n".repeat(50_000)}`],
    ["NDJSON, short lines", "{}\n".repeat(50_000)],
    ["NDJSON, orders", `${JSON.stringify(sampleOrder())}\n`.repeat(5_000)],
  ])("%s", (_, contents) => {
    const file = new OrderFile();
    const lines = [...file.push(Buffer.from(contents)), ...file.end()].map(
      ({ orders, rejects }) => rejects.length + orders.reduce((sum, order) => sum + order.lines.length, 0),
    );
    expect(Math.max(...lines)).toBeLessThanOrEqual(STEP_LINES + ORDER_LINES);
    expect(lines.reduce((sum, count) => sum + count, 0)).toBe(file.lines);
    expect(file.lines).toBeGreaterThanOrEqual(5_000);
  });
});

test("a line of NDJSON may have LINE_VALUES commas and brackets, outside its texts, and no more", () => {
  const order = sampleOrder({ shipMode: 'a\\"[{,' });
  const own =
    JSON.stringify({ ...order, ignored: [] })
      .replaceAll(/"(?:[^"\\]|\\.)*"/g, "")
      .match(/[[{,]/g)?.length ?? 0;
  const lineOf = (count: number) =>
    JSON.stringify({ ...order, ignored: [] }).replace('"ignored":[]', `"ignored":[${"1,".repeat(count - own)}1]`);
  const { LINE_VALUES } = limits;
  const contents = [lineOf(LINE_VALUES), lineOf(LINE_VALUES + 1), JSON.stringify(",".repeat(LINE_VALUES + 1))].join(
    "\n",
  );
  expect(readAll(contents)).toMatchObject({
    orders: [{ data: { shipMode: order.shipMode } }],
    rejects: [
      {
        line: 2,
        reasons: [{ expected: `a line of at most ${LINE_VALUES} commas and opening brackets outside its texts` }],
      },
      { line: 3, reasons: [{ path: "", received: expect.stringContaining('",,,') }] },
    ],
  });
});

/** Bytes that gzip makes about `ratio` times smaller: noise, evenly strewn into zeros. */
function ofRatio(size: number, ratio: number): Uint8Array {
  const bytes = Buffer.alloc(size);
  const block = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * index * 31 + index * 7) % 251));
  const noise = gzipSync(block, { level: 9 });
  // Zeros come to a thousandth of their size themselves.
  const every = Math.round(noise.length / (1 / ratio - 1 / 1030));
  for (let at = 0; at + noise.length < size; at += every) noise.copy(bytes, at);
  return bytes;
}

async function* slicesOf(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 64 * KIB) yield bytes.subarray(at, at + 64 * KIB);
}
