import { LINE_BYTES, RAW_BYTES } from "../limits.ts";

const NEWLINE = 10;
const BLOCK_BYTES = 64 * 1024;

/** Whole lines of the file as text; or the beginning of one line that is longer than the limit, the rest being skipped. */
export type LineBlock =
  | { readonly kind: "lines"; readonly text: string }
  | { readonly kind: "too-long"; readonly beginning: string };

/**
 * Cuts bytes into blocks of whole lines and decodes them as UTF-8; bytes that are none become U+FFFD. The text of a block
 * ends with a newline, except that of the last line of a file that has none.
 *
 * Holds at most one block and one line of {@link LINE_BYTES}: what is longer is skipped as it comes. Blocks have at least
 * 64 KiB however small the chunks are, so that a record that spans blocks is not looked at over and over.
 */
export class LineBlocks {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #hasNewline = false;
  #skipping = false;

  /** Takes the next bytes of the file and yields the blocks that they complete. */
  *push(chunk: Uint8Array): Generator<LineBlock> {
    const rest = this.#skipping ? this.#afterSkippedLine(chunk) : chunk;
    if (rest.length === 0) return;
    this.#parts.push(rest);
    this.#bytes += rest.length;
    this.#hasNewline ||= rest.includes(NEWLINE);
    if (this.#bytes < BLOCK_BYTES) return;
    if (this.#hasNewline) yield this.#wholeLines();
    if (this.#bytes > LINE_BYTES) yield this.#skipLine();
  }

  /** Yields the whole lines that are held. */
  *flush(): Generator<LineBlock> {
    if (this.#hasNewline) yield this.#wholeLines();
  }

  /** What is left after {@link flush}: the beginning of a line, or a last line without a newline. */
  rest(): string {
    return this.#take().toString("utf8");
  }

  #wholeLines(): LineBlock {
    const bytes = this.#take();
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    this.#parts = [bytes.subarray(end)];
    this.#bytes = bytes.length - end;
    return { kind: "lines", text: bytes.toString("utf8", 0, end) };
  }

  #skipLine(): LineBlock {
    this.#skipping = true;
    return { kind: "too-long", beginning: this.#take().toString("utf8", 0, RAW_BYTES + 4) };
  }

  #afterSkippedLine(chunk: Uint8Array): Uint8Array {
    const end = chunk.indexOf(NEWLINE);
    if (end === -1) return chunk.subarray(chunk.length);
    this.#skipping = false;
    return chunk.subarray(end + 1);
  }

  #take(): Buffer {
    const [first] = this.#parts;
    const bytes =
      this.#parts.length === 1 && first !== undefined
        ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
        : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    this.#hasNewline = false;
    return bytes;
  }
}
