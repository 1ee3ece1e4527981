import { hash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { parseBusinessEvent } from "@doorbell/event-contracts/business-event";
import { cutToBytes } from "@doorbell/aws-events/describe-issues";
import { sumAmounts } from "@doorbell/event-contracts/money";
import type { OrderPlacedData } from "@doorbell/event-contracts/order-placed";
import { sampleLine, sampleOrder } from "@doorbell/event-contracts/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ingestUpload } from "./ingest-upload.ts";
import { LINE_BYTES, RAW_BYTES } from "./limits.ts";
import { memoryPorts, testInvocation, uploaded } from "../test/memory-ports.ts";
import type { Column } from "./order-file/csv/superstore-layout.ts";
import { csvLine, header } from "../test/testing.ts";

const faults: readonly Partial<Record<Column, string>>[] = [
  { Quantity: "0" },
  { Quantity: "-3" },
  { Sales: "1,000.00" },
  { Sales: "1e400" },
  { Sales: "-0" },
  { Sales: "1.23456" },
  { Profit: "NaN" },
  { "Order Date": "2016-02-30" },
  { "Product ID": "" },
  { "Product Name": "\u0000" },
  { "Product Name": "a\r\nb" },
];

/** Lines that are no line of an order, in CSV and in NDJSON; the bytes of the last two are no UTF-8. */
const rubbish: readonly (string | Uint8Array)[] = [
  "rubbish",
  "x,y",
  '1,"open',
  'a"b',
  '"a"b,c',
  "\u00001",
  "😀",
  "[1]",
  "null",
  '"{}"',
  '{"orderId":"X"}',
  '{"orderId":',
  "z".repeat(LINE_BYTES + 1),
  Buffer.from("Zoë,1", "latin1"),
  Buffer.from([0xed, 0xa0, 0x80]),
];

/** What the lines of one order are made of. `width` pads them, so that files are longer than a block. */
const order = {
  lines: fc.integer({ min: 1, max: 4 }),
  width: fc.oneof({ weight: 4, arbitrary: fc.nat(50) }, { weight: 1, arbitrary: fc.nat(40_000) }),
  name: fc.constantFrom("Ada", 'Ada "Countess" L., London', "Zoë 😀", "=cmd()", "<b>Ada</b>"),
  amount: fc.constantFrom("0", "957.5775", "14.6200", "0.0001", "99999999999999.9999"),
  isMultiline: fc.boolean(),
};
const pieces = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("good" as const), ...order }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("bad" as const),
        ...order,
        fault: fc.nat(faults.length - 1),
        at: fc.nat(3),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("rubbish" as const), which: fc.nat(rubbish.length - 1) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("torn" as const), ...order, which: fc.nat(rubbish.length - 1) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("blank" as const) }) },
  ),
  { maxLength: 25 },
);
type Piece = typeof pieces extends fc.Arbitrary<(infer T)[]> ? T : never;

/** What must be found of an order, and of a rejected line. */
type Order = { orderId: string; name: string; lines: number; total: string };
type Rejected = { line: number; raw: string };

/** A file that is put together line by line, and what must be found in it. */
class Manuscript {
  readonly lines: Uint8Array[] = [];
  readonly orders: Order[] = [];
  readonly rejected: Rejected[] = [];
  #nextLine = 1;

  write(text: string | Uint8Array, isRejected = false): void {
    const bytes = Buffer.from(text);
    const raw = bytes.toString();
    if (isRejected) this.rejected.push({ line: this.#nextLine, raw: cutToBytes(raw, RAW_BYTES) });
    this.lines.push(bytes);
    this.#nextLine += raw.split("\n").length;
  }

  bytes(lineEnd: string, endsWithLineEnd: boolean): Buffer {
    const ends = this.lines.flatMap((bytes) => [bytes, Buffer.from(lineEnd)]);
    return Buffer.concat(endsWithLineEnd ? ends : ends.slice(0, -1));
  }
}

/** Text that hardly compresses, so that a gzip is longer than what is inflated at a time. */
function padding(chars: number): string {
  let pad = "";
  for (let block = 0; pad.length < chars; block++) pad += hash("sha512", `${chars} ${block}`, "base64");
  return pad.slice(0, chars);
}

type OrderPiece = Extract<Piece, { lines: number }>;

function expectedOrder(orderId: string, { name, lines, amount }: OrderPiece): Order {
  return { orderId, name, lines, total: sumAmounts(Array.from({ length: lines }, () => amount)) };
}

function csvOf(parts: readonly Piece[]): Manuscript {
  const file = new Manuscript();
  file.write(header);
  for (const [index, part] of parts.entries()) {
    if (part.kind === "blank") file.write("");
    else if (part.kind === "rubbish") file.write(rubbish[part.which] ?? "", true);
    else writeCsvOrder(file, `O-${index}`, part);
  }
  return file;
}

function writeCsvOrder(file: Manuscript, orderId: string, part: OrderPiece): void {
  const { name, width, amount, isMultiline } = part;
  const rowId = padding(width) + (isMultiline ? "\nof two lines" : "");
  const columns = { "Order ID": orderId, "Customer Name": name, Sales: amount, "Row ID": rowId };
  // What is torn has a second line at least: rubbish before or after an order costs that order nothing.
  const lines = part.kind === "torn" ? Math.max(2, part.lines) : part.lines;
  if (part.kind === "good") file.orders.push(expectedOrder(orderId, part));
  for (let line = 0; line < lines; line++) {
    if (part.kind === "torn" && line === 1) file.write(rubbish[part.which] ?? "", true);
    const fault = part.kind === "bad" && line === part.at % lines ? faults[part.fault] : {};
    file.write(csvLine({ ...columns, ...fault }), part.kind !== "good");
  }
}

/** Makes each a bad submission. */
const spoil: readonly ((order: OrderPlacedData) => object)[] = [
  (data) => ({ ...data, total: "0.00001" }),
  (data) => ({ ...data, total: `1${data.total}` }),
  (data) => ({ ...data, customer: undefined }),
  (data) => ({ ...data, orderId: "lone \ud800" }),
  (data) => ({ ...data, lines: [] }),
  (data) => ({ ...data, lines: data.lines.map((line) => ({ ...line, quantity: "2" })) }),
  (data) => ({ ...data, orderedOn: "2023-02-29" }),
];

function ndjsonOf(parts: readonly Piece[]): Manuscript {
  const file = new Manuscript();
  const first = { kind: "good", lines: 1, width: 0, name: "Ada", amount: "0", isMultiline: false } as const;
  for (const [index, part] of [first, ...parts].entries()) {
    if (part.kind === "blank") file.write("");
    else if (part.kind === "rubbish" || part.kind === "torn") file.write(rubbish[part.which] ?? "", true);
    else writeNdjsonOrder(file, `O-${index}`, part);
  }
  return file;
}

function writeNdjsonOrder(file: Manuscript, orderId: string, part: Exclude<OrderPiece, { kind: "torn" }>): void {
  const lines = Array.from({ length: part.lines }, () => sampleLine({ amount: part.amount }));
  const data = sampleOrder({ orderId, customer: { id: "C-1", name: part.name }, lines });
  const pad = padding(part.width);
  if (part.kind === "good") {
    file.orders.push(expectedOrder(orderId, part));
    return file.write(JSON.stringify({ pad, ...data }));
  }
  file.write(JSON.stringify({ pad, ...spoil[part.fault % spoil.length]?.(data) }), true);
}

/** Puts the file through the service, its stores in memory, and gives what was sent and what was rejected. */
async function ingest(bytes: Uint8Array, chunkBytes: number) {
  const { ports, receipts, rejects, sent, behaviour } = memoryPorts({ file: bytes });
  behaviour.chunkBytes = Math.max(chunkBytes, Math.ceil(bytes.length / 20_000));
  await ingestUpload(ports)(uploaded("file", { size: bytes.length }), testInvocation());
  const orders = sent.map((body): Order => {
    const event = parseBusinessEvent(body);
    if (!event.ok || !("lines" in event.value.data)) throw new Error("no order was sent");
    const { orderId, customer, lines, total } = event.value.data;
    return { orderId, name: customer.name, lines: lines.length, total };
  });
  const rejected = [...rejects.values()].flat().map(({ line, raw }): Rejected => ({ line, raw }));
  return { receipt: [...receipts.values()][0], orders, rejected: rejected.toSorted((a, b) => a.line - b.line) };
}

const options = fc.record({
  format: fc.constantFrom("csv", "ndjson"),
  packing: fc.constantFrom("plain", "gzip", "two gzip members"),
  lineEnd: fc.constantFrom("\n", "\r\n"),
  endsWithLineEnd: fc.boolean(),
  hasByteOrderMark: fc.boolean(),
  chunkBytes: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 50, max: 200_000 })),
});

function packed(bytes: Buffer, packing: string): Buffer {
  if (packing === "plain") return bytes;
  const middle = packing === "gzip" ? bytes.length : bytes.length >> 1;
  return Buffer.concat([gzipSync(bytes.subarray(0, middle)), gzipSync(bytes.subarray(middle))]);
}

test("exactly the good orders are sent and exactly the bad lines rejected, in every format, however the file is cut", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, options, async (parts, { format, packing, hasByteOrderMark, ...rest }) => {
      const file = format === "csv" ? csvOf(parts) : ndjsonOf(parts);
      const text = file.bytes(rest.lineEnd, rest.endsWithLineEnd);
      const bytes = packed(hasByteOrderMark ? Buffer.concat([Buffer.from("\uFEFF"), text]) : text, packing);
      const { receipt, orders, rejected } = await ingest(bytes, rest.chunkBytes);
      expect(orders).toEqual(file.orders);
      expect(rejected).toEqual(file.rejected);
      expect(receipt).toMatchObject({
        status: "done",
        orders: file.orders.length,
        rejectedLines: file.rejected.length,
      });
    }),
    { numRuns: 200 },
  );
}, 60_000);
