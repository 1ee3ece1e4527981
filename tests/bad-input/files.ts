import { gzipSync } from "node:zlib";
import type { Column } from "@doorbell/upload-ingest/order-file/csv/superstore-layout";
import { header } from "@doorbell/upload-ingest/test/testing";
import { sampleLine } from "@doorbell/event-contracts/testing";
import { line, order, ORDER_ID, type OrderId } from "./samples.ts";

/** A file that is uploaded, and how it ends. */
export interface FileCase {
  readonly input: string;
  readonly contents: (id: OrderId) => Uint8Array | string;
  /** How the object is named; `.csv` by default. */
  readonly suffix?: string;
  /** The status of the receipt, and its reason. */
  readonly receipt: string;
  /** The orders that are stored, by their names within the case. */
  readonly orders: readonly string[];
  /** What is stored of an order, by its name, where that is what the case is about. */
  readonly stored?: Readonly<Record<string, object>>;
  /** What the rejects say, by line; lines that say the same are put together. */
  readonly rejects: readonly string[];
  /** The reason of the message that is parked, where one is. */
  readonly parked?: string;
}

/** What the contents say beside the case's own lines: they stand on line 3 and on, between two good orders. */
const BOTH = ["before", "after"];

/** A CSV file whose lines are these; a good order stands before and after them. */
function csv(...lines: (string | Partial<Record<Column, string>>)[]): FileCase["contents"] {
  return (id) => {
    const own = lines.map((each) =>
      typeof each === "string"
        ? each.replaceAll("{bad}", id("bad"))
        : line({ ...each, "Order ID": id(each["Order ID"] ?? "bad") }),
    );
    return [header, line({ "Order ID": id("before") }), ...own, line({ "Order ID": id("after") }), ""].join("\n");
  };
}

/** NDJSON whose lines are these; a good order stands before and after them. */
function ndjson(...lines: readonly ((id: OrderId) => string)[]): FileCase["contents"] {
  const good = (name: string) => (id: OrderId) => JSON.stringify(order(id(name)));
  return (id) => [good("before"), ...lines, good("after")].map((each) => `${each(id)}\n`).join("");
}

const goodFile = csv();
const bytesOf = (contents: Uint8Array | string) => (typeof contents === "string" ? Buffer.from(contents) : contents);
const repeated = (count: number, columns: Partial<Record<Column, string>>) =>
  Array.from({ length: count }, () => columns);

/** The columns from the last to the first. */
function backwards(csvText: string): string {
  return csvText
    .split("\n")
    .map((each) => each.split(",").toReversed().join(","))
    .join("\n");
}

function withoutColumn(csvText: string, column: string): string {
  const at = header.split(",").indexOf(column);
  return csvText
    .split("\n")
    .map((each) => each.split(",").toSpliced(at, 1).join(","))
    .join("\n");
}

/** 1 MB that inflates to 1 GB: a good order, then gzip members of 16 MB each. */
function bomb(id: OrderId, member: Uint8Array): Uint8Array {
  const beginning = gzipSync(`${header}\n${line({ "Order ID": id("before") })}\n${line({ "Order ID": id("open") })}\n`);
  const burst = gzipSync(member, { level: 9 });
  return Buffer.concat([beginning, ...Array.from({ length: 64 }, () => burst)]);
}

const SIXTEEN_MB = 16 * 1024 * 1024;
const AMOUNT = "expected a decimal number of at least 0 with at most 15 digits and 4 decimals, such as 957.5775";
const TEXT = (chars: number) => `expected 1 to ${chars} characters, no control characters or lone surrogates`;
const UTF8 = "expected UTF-8, received bytes of another encoding, or the replacement character U+FFFD";
const DATE = "expected a date that exists, YYYY-MM-DD";
const ofOrder = (faulty: number) =>
  `expected an order of which every line is accepted, received line ${faulty} of the same order was rejected`;
const CUT = "expected an order whose end could be read, received a file that breaks off before";
const LINE = "expected a line of at most 1048576 bytes, received a longer line";

/** Files, as partners send them. */
export const files: readonly FileCase[] = [
  { input: "an empty file", contents: () => "", receipt: "refused: empty", orders: [], rejects: [] },
  { input: "nothing but blank lines", contents: () => "\n\r\n\n", receipt: "refused: empty", orders: [], rejects: [] },
  { input: "a header alone", contents: () => `${header}\n`, receipt: "done", orders: [], rejects: [] },
  {
    input: "an unknown header",
    contents: () => "sku;price\n4711;9.95\n",
    receipt: "refused: the first line is not the header of the superstore layout",
    orders: [],
    rejects: [],
  },
  {
    input: "a header with a column of another name",
    contents: (id) => String(goodFile(id)).replace("Quantity", "Pieces"),
    receipt: 'refused: not the header of the superstore layout; missing columns: Quantity; unknown columns: "Pieces"',
    orders: [],
    rejects: [],
  },
  {
    input: "a missing column",
    contents: (id) => withoutColumn(String(goodFile(id)), "Quantity"),
    receipt: "refused: not the header of the superstore layout; missing columns: Quantity",
    orders: [],
    rejects: [],
  },
  {
    input: "the columns in another order",
    contents: (id) => backwards(String(goodFile(id))),
    receipt: "done",
    orders: BOTH,
    rejects: [],
  },
  {
    input: "CRLF line ends",
    contents: (id) => String(goodFile(id)).replaceAll("\n", "\r\n"),
    receipt: "done",
    orders: BOTH,
    rejects: [],
  },
  {
    input: "a byte-order mark",
    contents: (id) => `\uFEFF${String(goodFile(id))}`,
    receipt: "done",
    orders: BOTH,
    rejects: [],
  },
  {
    input: "quoted commas and doubled quotes",
    contents: csv({ "Order ID": "odd", "Product Name": 'canary, 2" thick' }),
    receipt: "done",
    orders: ["before", "odd", "after"],
    stored: { odd: { placed: { lines: [{ productName: 'canary, 2" thick' }] } } },
    rejects: [],
  },
  {
    input: "a newline in a quoted field that the contract does not know",
    contents: csv({ "Order ID": "odd", "Row ID": "canary\r\nof two lines" }),
    receipt: "done",
    orders: ["before", "odd", "after"],
    rejects: [],
  },
  {
    input: "a newline in a quoted product name",
    contents: csv({ "Product Name": "canary\nof two lines" }),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 3: Product Name: ${TEXT(512)}, received "canary\\nof two lines"`],
  },
  {
    input: "UTF-16, little-endian",
    contents: (id) => Buffer.from(`\uFEFF${String(goodFile(id))}`, "utf16le"),
    receipt: "refused: expected UTF-8, received UTF-16",
    orders: [],
    rejects: [],
  },
  {
    input: "UTF-16, big-endian, no byte-order mark",
    contents: (id) => Buffer.from(String(goodFile(id)), "utf16le").swap16(),
    receipt: "refused: expected UTF-8, received UTF-16",
    orders: [],
    rejects: [],
  },
  {
    input: "Latin-1 bytes in a name",
    contents: (id) => Buffer.from(String(csv({ "Customer Name": "Zoë Canary" })(id)), "latin1"),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 3: ${UTF8}`],
  },
  {
    input: "a PNG named .csv",
    contents: () => Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", "hex"),
    receipt: `refused: neither a CSV header nor NDJSON: ${UTF8}`,
    orders: [],
    rejects: [],
  },
  { input: "NDJSON named .csv", contents: ndjson(), receipt: "done", orders: BOTH, rejects: [] },
  { input: "CSV named .ndjson", contents: csv(), suffix: ".ndjson", receipt: "done", orders: BOTH, rejects: [] },
  {
    input: "an unterminated quote in the middle",
    contents: csv('1,{bad},"canary'),
    receipt: "done",
    orders: BOTH,
    rejects: ["line 3: expected a closing quote within 1048576 bytes, received a quote that is not closed"],
  },
  {
    input: "an unterminated quote, closed by that of a later line",
    contents: csv('1,{bad},"canary', '1,{bad},2024-02-29,canary"'),
    receipt: "done",
    orders: BOTH,
    rejects: [
      "line 3: expected 21 fields, received 3",
      'line 4: field 4: expected a quoted field closed before the comma, quotes in it doubled (""), received an unescaped quote inside the field',
    ],
  },
  {
    input: "a line of other columns",
    contents: csv("canary,1,2"),
    receipt: "done",
    orders: BOTH,
    rejects: ["line 3: expected 21 fields, received 3"],
  },
  {
    input: "one line of 50 MB",
    contents: csv("canary".repeat(8_400_000)),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 3: ${LINE}`],
  },
  {
    input: "one line of 50 MB, NDJSON",
    contents: ndjson((id) => JSON.stringify({ orderId: id("bad"), pad: "canary".repeat(8_400_000) })),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 2: ${LINE}`],
  },
  {
    input: "10,000 bad lines",
    contents: csv(...Array.from({ length: 10_000 }, () => "canary")),
    receipt: "done",
    orders: BOTH,
    rejects: ["lines 3 to 10002: expected 21 fields, received 1"],
  },
  {
    input: "a truncated gzip",
    contents: (id) => gzipSync(bytesOf(csv({ "Order ID": "odd" })(id))).subarray(0, -9),
    suffix: ".csv.gz",
    receipt: "incomplete: truncated gzip",
    orders: ["before", "odd"],
    rejects: [`line 4: ${CUT}`, "line 5: expected the rest of the file, from this line on, received truncated gzip"],
  },
  {
    input: "a gzip with flipped bits",
    contents: (id) => gzipSync(bytesOf(csv({ "Order ID": "odd" })(id))).fill(0xff, 40, 60),
    suffix: ".csv.gz",
    receipt: "refused: corrupt gzip",
    orders: [],
    rejects: [],
  },
  {
    input: "a gzip bomb, 1 MB to 1 GB, of newlines",
    contents: (id) => bomb(id, Buffer.alloc(SIXTEEN_MB, "\n")),
    suffix: ".csv.gz",
    receipt: "incomplete: inflates to more than 200 times its size",
    orders: ["before"],
    rejects: [
      `line 3: ${CUT}`,
      "line 75471940: expected the rest of the file, from this line on, received inflates to more than 200 times its size",
    ],
  },
  {
    input: "a gzip bomb, 1 MB to 1 GB, of one line",
    contents: (id) => bomb(id, Buffer.alloc(SIXTEEN_MB)),
    suffix: ".csv.gz",
    receipt: "incomplete: inflates to more than 200 times its size",
    orders: ["before"],
    rejects: [
      `line 3: ${CUT}`,
      `line 4: ${LINE}`,
      "line 5: expected the rest of the file, from this line on, received inflates to more than 200 times its size",
    ],
  },
  {
    input: "a gzip named without .gz",
    contents: (id) => gzipSync(bytesOf(goodFile(id))),
    receipt: "done",
    orders: BOTH,
    rejects: [],
  },
  { input: "plain text named .gz", contents: goodFile, suffix: ".csv.gz", receipt: "done", orders: BOTH, rejects: [] },
  {
    input: "a gzip padded with zeros",
    contents: (id) => Buffer.concat([gzipSync(bytesOf(goodFile(id))), Buffer.alloc(10_240)]),
    suffix: ".csv.gz",
    receipt: "done",
    orders: BOTH,
    rejects: [],
  },
  {
    input: "a gzip followed by zeros and something else",
    contents: (id) => Buffer.concat([gzipSync(bytesOf(goodFile(id))), Buffer.alloc(10_240), gzipSync("more")]),
    suffix: ".csv.gz",
    receipt: "incomplete: corrupt gzip",
    orders: ["before"],
    rejects: [`line 3: ${CUT}`, "line 4: expected the rest of the file, from this line on, received corrupt gzip"],
  },
  {
    input: "several gzip members",
    contents: (id) => {
      const bytes = bytesOf(goodFile(id));
      return Buffer.concat([0, 100, 333].map((at, index, all) => gzipSync(bytes.subarray(at, all[index + 1]))));
    },
    suffix: ".csv.gz",
    receipt: "done",
    orders: BOTH,
    rejects: [],
  },
  {
    input: "an order with lines of two customers",
    contents: csv({}, { "Customer ID": "EX-2" }),
    receipt: "done",
    orders: BOTH,
    rejects: [
      `line 3: ${ofOrder(4)}`,
      'line 4: Customer ID: expected the same as on line 3 of the order, received "EX-2"',
    ],
  },
  {
    input: "an order of 500 lines",
    contents: csv(...repeated(500, { "Order ID": "long" })),
    receipt: "done",
    orders: ["before", "long", "after"],
    rejects: [],
  },
  {
    input: "an order of 501 lines",
    contents: csv(...repeated(501, {})),
    receipt: "done",
    orders: BOTH,
    rejects: [
      `lines 3 to 502: ${ofOrder(503)}`,
      "line 503: expected an order of at most 500 lines and 1048576 characters, received one more line",
    ],
  },
  {
    input: "an order whose event is over 200 KB",
    contents: csv(...repeated(400, { "Product Name": "canary ".repeat(72) })),
    receipt: "done",
    orders: BOTH,
    rejects: ["lines 3 to 402: expected an event of at most 204800 bytes, received 263466 bytes"],
  },
  {
    input: "lines of an order that come again later",
    contents: csv({ "Order ID": "again" }, { "Order ID": "other" }, { "Order ID": "again", Sales: "1" }),
    receipt: "done",
    orders: ["before", "again", "other", "after"],
    rejects: [],
    parked: "… is stored with another payload: … is stored, … came",
  },
  ...["-1", "0", "1.5"].map((Quantity) => ({
    input: `a quantity of ${Quantity}`,
    contents: csv({ Quantity }),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 3: Quantity: expected a whole number from 1 to 1000000000, received ${Quantity}`],
  })),
  {
    input: "a quantity in words",
    contents: csv({ Quantity: "two" }),
    receipt: "done",
    orders: BOTH,
    rejects: ['line 3: Quantity: expected a whole number from 1 to 1000000000, received "two"'],
  },
  ...["1e400", "-0", "NaN", "1,000.00", "1.23456"].map((Sales) => ({
    input: `an amount of ${Sales}`,
    contents: csv({ Sales }),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 3: Sales: ${AMOUNT}, received "${Sales}"`],
  })),
  ...["2023-02-29", "2024-04-31", "2024-13-01", "29.02.2024"].map((date) => ({
    input: `an order date of ${date}`,
    contents: csv({ "Order Date": date }),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 3: Order Date: ${DATE}, received "${date}"`],
  })),
  {
    input: "control characters in a field",
    contents: csv({ "Product Name": "canary\u0000\u001b[2J" }),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 3: Product Name: ${TEXT(512)}, received "canary\\u0000\\u001b[2J"`],
  },
  {
    input: "markup in a field, kept as the text that it is",
    contents: csv({ "Order ID": "odd", "Product Name": "<script>alert('canary')</script>" }),
    receipt: "done",
    orders: ["before", "odd", "after"],
    stored: { odd: { placed: { lines: [{ productName: "<script>alert('canary')</script>" }] } } },
    rejects: [],
  },
  {
    input: "a formula in a field, kept as the text that it is",
    contents: csv({ "Order ID": "odd", "Product Name": "=cmd|' /C canary'!A0" }),
    receipt: "done",
    orders: ["before", "odd", "after"],
    stored: { odd: { placed: { lines: [{ productName: "=cmd|' /C canary'!A0" }] } } },
    rejects: [],
  },
  {
    input: "a field of 1 MiB",
    contents: csv({ "Product Name": "y".repeat(1024 * 1024) }),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 3: ${LINE}`],
  },
  {
    input: "a field that is too long for its column",
    contents: csv({ "Product Name": "y".repeat(513) }),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 3: Product Name: ${TEXT(512)}, received "${"y".repeat(97)}…"`],
  },
  {
    input: "a lone surrogate, encoded as if it were a character (CSV)",
    contents: (id) => {
      const [before = "", after = ""] = String(csv({ "Product Name": "canary{}" })(id)).split("{}");
      return Buffer.concat([Buffer.from(before), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(after)]);
    },
    receipt: "done",
    orders: BOTH,
    rejects: [`line 3: ${UTF8}`],
  },
  {
    input: "a lone surrogate, escaped (NDJSON)",
    contents: ndjson((id) => JSON.stringify(order(id("bad"), { customer: { id: "C-1", name: "canary\ud800" } }))),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 2: customer.name: ${TEXT(256)}, received "canary\\ud800"`],
  },
  {
    input: "a right-to-left override in an order id (NDJSON)",
    contents: ndjson(() => JSON.stringify(order("canary\u202e"))),
    receipt: "done",
    orders: BOTH,
    rejects: [`line 2: orderId: expected ${ORDER_ID}, received "canary\\u202e"`],
  },
  {
    input: "amounts with zeros at their ends (NDJSON): taken without them",
    contents: ndjson((id) =>
      JSON.stringify(
        order(id("odd"), { lines: [sampleLine({ amount: "1.50" }), sampleLine({ amount: "2.00" })], total: "3.5000" }),
      ),
    ),
    receipt: "done",
    orders: ["after", "before", "odd"],
    stored: { odd: { placed: { total: "3.5", lines: [{ amount: "1.5" }, { amount: "2" }] } } },
    rejects: [],
  },
  {
    input: "a line that is no JSON (NDJSON)",
    contents: ndjson(() => '{"customer":"Ada Canary'),
    receipt: "done",
    orders: BOTH,
    rejects: ['line 2: expected JSON, received "{\\"customer\\":\\"Ada Canary"'],
  },
  {
    input: "an order without a customer (NDJSON)",
    contents: ndjson((id) => JSON.stringify({ ...order(id("bad")), customer: undefined })),
    receipt: "done",
    orders: BOTH,
    rejects: ["line 2: customer: expected a value, received nothing"],
  },
];
