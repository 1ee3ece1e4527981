import { CsvOrders } from "./csv/csv-orders.ts";
import type { Findings } from "./found-order.ts";
import { type LineBlock, LineBlocks } from "./line-blocks.ts";
import { LINE_BYTES } from "../limits.ts";
import { NdjsonOrders } from "./ndjson-orders.ts";
import { InvalidFile, type OrderReader } from "./order-reader.ts";

const BYTE_ORDER_MARK = "\uFEFF";

/** How UTF-16 looks when it is read as UTF-8: perhaps the two bytes of its mark, then every other byte is 0. */
const UTF_16 = /^\uFFFD{0,2}(?:\0[^\0]|[^\0]\0){4}/;

/**
 * Finds the orders in a file, piece by piece. Its content decides on the format, whatever its name: NDJSON where the first
 * character that is not white space is `{`, else CSV, whose header must be that of the superstore layout.
 *
 *     const file = new OrderFile();
 *     for await (const chunk of chunks) for (const found of file.push(chunk)) await handle(found);
 *     for (const found of file.end()) await handle(found);
 *
 * What is found comes in steps of a bounded number of lines, each read when it is asked for. The steps of one call must be
 * taken to their end before the next call. Which orders and rejects are found depends on the bytes alone, never on how they are cut into chunks.
 */
export class OrderFile {
  readonly #blocks = new LineBlocks();
  #reader: OrderReader | undefined;
  /** Blank lines before the format is known; they count as lines. */
  #blank = "";

  /** The format, once it is known. */
  get format(): "csv" | "ndjson" | undefined {
    return this.#reader?.format;
  }

  /** Lines with content so far, without a header. */
  get lines(): number {
    return this.#reader?.lines ?? 0;
  }

  /** Takes the next bytes, decompressed. @throws InvalidFile where this is not an order file */
  *push(chunk: Uint8Array): Generator<Findings> {
    for (const block of this.#blocks.push(chunk)) yield* this.#take(block);
  }

  /** Ends the file. @throws InvalidFile where it was empty or is not an order file */
  *end(): Generator<Findings> {
    for (const block of this.#blocks.flush()) yield* this.#take(block);
    const rest = this.#blocks.rest();
    if (rest !== "") yield* this.#take({ kind: "lines", text: rest });
    if (this.#reader === undefined) throw new InvalidFile("empty");
    yield* this.#reader.end();
  }

  /**
   * Ends a file that breaks off for `reason`: rejects what is open, and adds a reject for the first line that was not read.
   * @throws InvalidFile where nothing of it was read
   */
  *cut(reason: string): Generator<Findings> {
    for (const block of this.#blocks.flush()) yield* this.#take(block);
    if (this.#reader === undefined) throw new InvalidFile(reason);
    yield* this.#reader.cut(this.#blocks.rest(), reason);
  }

  *#take(block: LineBlock): Generator<Findings> {
    if (this.#reader !== undefined) {
      yield* this.#reader.push(block);
      return;
    }
    if (block.kind === "too-long") throw new InvalidFile("neither a CSV header nor NDJSON: its first line is too long");
    const text =
      this.#blank + (this.#blank === "" && block.text.startsWith(BYTE_ORDER_MARK) ? block.text.slice(1) : block.text);
    const content = text.trimStart();
    if (content === "") {
      if (text.length > LINE_BYTES)
        throw new InvalidFile("neither a CSV header nor NDJSON: it begins with white space only");
      this.#blank = text;
      return;
    }
    if (UTF_16.test(content)) throw new InvalidFile("expected UTF-8, received UTF-16");
    this.#reader = content.startsWith("{") ? new NdjsonOrders() : new CsvOrders();
    yield* this.#reader.push({ kind: "lines", text });
  }
}
