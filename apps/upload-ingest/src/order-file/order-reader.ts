import type { Findings } from "./found-order.ts";
import type { LineBlock } from "./line-blocks.ts";

/**
 * Finds the orders in the lines of one file format, in steps of at most `STEP_LINES` lines (and the lines of one order), each read
 * when it is asked for. The steps of one call must be taken to their end before the next call.
 */
export interface OrderReader {
  readonly format: "csv" | "ndjson";
  /** Lines with content so far, without the header. */
  readonly lines: number;
  /** Takes the next lines, and yields what they settle. @throws InvalidFile where the file is of another kind */
  push(block: LineBlock): Generator<Findings>;
  /** Settles what is left when the file ends. @throws InvalidFile */
  end(): Generator<Findings>;
  /** Rejects what is left when the file breaks off after `partial`, a line without its end, and names that line. */
  cut(partial: string, reason: string): Generator<Findings>;
}

/** The file is not an order file; nothing of it was processed. The reason is for its sender. */
export class InvalidFile extends Error {
  readonly code = "INVALID_FILE";
  readonly reason: string;

  constructor(reason: string) {
    super(`Not an order file; nothing was processed: ${reason}`);
    this.name = "InvalidFile";
    this.reason = reason;
  }
}
