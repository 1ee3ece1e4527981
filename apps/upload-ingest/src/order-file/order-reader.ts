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
  /** Takes the next lines, and yields what they settle. @throws FileRefused where the file is of another kind */
  push(block: LineBlock): Generator<Findings>;
  /** Settles what is left when the file ends. @throws FileRefused */
  end(): Generator<Findings>;
  /** Refuses what is left when the file breaks off after `partial`, a line without its end, and names that line. */
  cut(partial: string, reason: string): Generator<Findings>;
}

/** The file is no file of orders and is refused whole; nothing of it was taken. The reason is for its sender. */
export class FileRefused extends Error {
  readonly code = "FILE_REFUSED";
  readonly reason: string;

  constructor(reason: string) {
    super(`File refused: ${reason}`);
    this.name = "FileRefused";
    this.reason = reason;
  }
}
