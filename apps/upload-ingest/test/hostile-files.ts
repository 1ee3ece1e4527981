import { gzipSync } from "node:zlib";
import { sampleLine, sampleOrder } from "@doorbell/event-contracts/testing";
import { csvLine, header } from "./testing.ts";

const CHUNK_BYTES = 64 * 1024;
const MIB = 1024 * 1024;

/** A file that is made to take memory, and how it ends. */
export interface HostileFile {
  readonly input: string;
  readonly contents: () => Iterable<Uint8Array>;
  readonly status: "done" | "incomplete" | "refused";
}

/** `unit`, `times` over, after `before`, in chunks as S3 sends them. */
function* repeated(unit: string, times: number, before = ""): Generator<Uint8Array> {
  if (before !== "") yield Buffer.from(before);
  const each = Math.ceil(CHUNK_BYTES / Buffer.byteLength(unit));
  const chunk = Buffer.from(unit.repeat(each));
  let left = times;
  for (; left >= each; left -= each) yield chunk;
  yield Buffer.from(unit.repeat(left));
}

function* inChunks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

const zipped = (text: string) => inChunks(gzipSync(text, { level: 9 }));

const csvHead = `${header}\n`;
const order = JSON.stringify(sampleOrder());

/** One order, each line of it in a block of its own, kept apart by blank lines; one character of each is none of Latin-1. */
function* strewn(lines: number): Generator<Uint8Array> {
  yield Buffer.from(csvHead);
  const line = Buffer.from(`${csvLine({ "Product Name": "Oak 漢" })}\n`);
  const blank = Buffer.from("\n".repeat(CHUNK_BYTES));
  for (let number = 0; number < lines; number++) {
    yield line;
    yield blank;
  }
}

/** Sixty orders, as many as may be on their way at a time, each with `neighbour` on the line before. */
function* beside(orderLine: (number: number) => string, neighbour: string, before = ""): Generator<Uint8Array> {
  yield Buffer.from(before);
  for (let number = 0; number < 60; number++) yield* inChunks(Buffer.from(`${neighbour}\n${orderLine(number)}\n`));
}

/** Files that are small, or cheap to make, and have more of something than any honest one. */
export const hostileFiles: readonly HostileFile[] = [
  {
    input: "CSV: an unclosed quote before 900,000 lines of one character",
    contents: () => repeated("y\n", 900_000, `${csvHead}1,"open\n`),
    status: "done",
  },
  {
    input: "CSV, gzip: 300,000 lines of one character",
    contents: () => zipped(csvHead + "y\n".repeat(300_000)),
    status: "done",
  },
  {
    input: "CSV, gzip: 30 million lines of one character, of which a million are read",
    contents: () => zipped(csvHead + "y\n".repeat(30_000_000)),
    status: "incomplete",
  },
  {
    input: "CSV, gzip: 60 million blank lines",
    contents: () => zipped(csvHead + "\n".repeat(60_000_000)),
    status: "done",
  },
  { input: "NDJSON: 300,000 lines of `{}`", contents: () => repeated("{}\n", 300_000), status: "done" },
  { input: "NDJSON: 300,000 lines of `1`", contents: () => repeated("1\n", 300_000, `${order}\n`), status: "done" },
  {
    input: "CSV: a quote opened on each of 300,000 lines",
    contents: () => repeated('1,"y\n', 300_000, csvHead),
    status: "done",
  },
  {
    input: "CSV: a quote opened before 500,000 lines of doubled ones",
    contents: () => repeated('""\n', 500_000, `${csvHead}1,"open\n`),
    status: "done",
  },
  {
    input: "CSV: 100,000 lines of one order",
    contents: () => repeated(`${csvLine()}\n`, 100_000, csvHead),
    status: "done",
  },
  {
    input: "CSV: 300,000 lines of one order id that is all of the line that can be read",
    contents: () => repeated("1,A\n", 300_000, csvHead),
    status: "done",
  },
  {
    input: "CSV: lines that end in CR alone, 20 MB",
    contents: () => repeated(`${csvLine()}\r`, 120_000, csvHead.replace("\n", "\r")),
    status: "refused",
  },
  {
    input: "CSV: 20 MB of lines that end in CR alone, after a header that does not",
    contents: () => repeated("y\r", 10 * MIB, csvHead),
    status: "done",
  },
  {
    input: "CSV: a header of 500,000 columns",
    contents: () => repeated("y,", 500_000),
    status: "refused",
  },
  {
    input: "CSV: 50,000 lines of 500 columns",
    contents: () => repeated(`${"y,".repeat(499)}y\n`, 50_000, csvHead),
    status: "done",
  },
  {
    input: "CSV: 30 lines of 340,000 columns",
    contents: () => repeated(`${"yy,".repeat(340_000)}y\n`, 30, csvHead),
    status: "done",
  },
  {
    input: "CSV: 500 lines of one order, 64 KiB of blank lines after each",
    contents: () => strewn(500),
    status: "done",
  },
  {
    input: "CSV: a record of 1 MB, one quoted field of 500,000 lines",
    contents: () => repeated(`"${"y\n".repeat(500_000)}"\n`, 1, csvHead),
    status: "done",
  },
  {
    input: "CSV: lines of 1 MiB of two-byte characters",
    contents: () => repeated(`${"é".repeat(MIB / 2 - 1)}\n`, 30, csvHead),
    status: "done",
  },
  {
    input: "CSV: 60 orders, each behind a line of 1 MB that is rejected",
    contents: () =>
      beside((number) => csvLine({ "Order ID": `long order id ${number}` }), "漢".repeat(340_000), csvHead),
    status: "done",
  },
  {
    input: "NDJSON: 60 orders, each behind a line of 1 MB that is rejected",
    contents: () =>
      beside(
        (number) => JSON.stringify(sampleOrder({ orderId: `long order id ${number}` })),
        `["${"漢".repeat(340_000)}"]`,
        `${order}\n`,
      ),
    status: "done",
  },
  {
    input: "NDJSON: 60 orders, each with a field of 1 MB that is ignored",
    contents: () => {
      const ignored = "漢".repeat(340_000);
      return beside(
        (number) => JSON.stringify({ ...sampleOrder({ orderId: `long order id ${number}` }), ignored }),
        "[]",
        `${order}\n`,
      );
    },
    status: "done",
  },
  {
    input: "NDJSON: lines of 1 MiB of opening brackets",
    contents: () => repeated(`${"[".repeat(MIB - 1)}\n`, 10, `${order}\n`),
    status: "done",
  },
  {
    input: "NDJSON: lines of 1 MB of nested lists",
    contents: () => repeated(`${"[".repeat(500_000)}${"]".repeat(500_000)}\n`, 10, `${order}\n`),
    status: "done",
  },
  {
    input: "NDJSON: lines of 1 MB of empty objects",
    contents: () => repeated(`{"lines":[${"{},".repeat(340_000)}{}]}\n`, 10, `${order}\n`),
    status: "done",
  },
  {
    input: "NDJSON: lines of 1 MB of names, all different",
    contents: () =>
      repeated(`{${Array.from({ length: 80_000 }, (_, n) => `"k${n}":${n % 10}`).join(",")}}\n`, 30, `${order}\n`),
    status: "done",
  },
  {
    input: "NDJSON: 500 orders of 500 lines",
    contents: () => {
      const lines = Array.from({ length: 500 }, () => sampleLine({ productName: "y".repeat(200), amount: "1" }));
      return repeated(`${JSON.stringify(sampleOrder({ lines, total: "500" }))}\n`, 500);
    },
    status: "done",
  },
  {
    input: "NDJSON: 200 orders just too long for an event",
    contents: () => {
      const lines = Array.from({ length: 500 }, () => sampleLine({ productName: "y".repeat(512), amount: "1" }));
      return repeated(`${JSON.stringify(sampleOrder({ lines, total: "500" }))}\n`, 200);
    },
    status: "done",
  },
  {
    input: "gzip: 200,000 members of one line",
    contents: () => {
      const member = gzipSync("y\n");
      return (function* () {
        yield gzipSync(csvHead);
        const chunk = Buffer.concat(Array.from({ length: 3_000 }, () => member));
        for (let n = 0; n < 200_000; n += 3_000) yield chunk;
      })();
    },
    status: "done",
  },
  {
    input: "gzip: a million empty members",
    contents: () => {
      const member = gzipSync("");
      return (function* () {
        yield gzipSync(`${csvHead}${csvLine()}\n`);
        const chunk = Buffer.concat(Array.from({ length: 3_000 }, () => member));
        for (let n = 0; n < 1_000_000; n += 3_000) yield chunk;
      })();
    },
    status: "done",
  },
  {
    input: "gzip: zeros, inflated to 64 MiB",
    contents: () => inChunks(gzipSync(Buffer.alloc(64 * MIB), { level: 9 })),
    status: "refused",
  },
  {
    input: "gzip: good lines, then 64 MiB of zeros in one line",
    contents: () =>
      inChunks(
        gzipSync(Buffer.concat([Buffer.from(`${csvHead}${csvLine()}\n`), Buffer.alloc(60 * MIB)]), { level: 9 }),
      ),
    status: "done",
  },
];
