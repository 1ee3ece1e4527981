import type { Findings } from "./found-order.ts";
import type { LineBlock } from "./line-blocks.ts";

/** Finds the orders in the lines of one file format. */
export interface OrderReader {
  readonly format: "csv" | "ndjson";
  /** Lines with content so far, without the header. */
  readonly lines: number;
  /** Takes the next lines; what they settle is added to `to`. @throws FileRefused where the file is of another kind */
  push(block: LineBlock, to: Findings): void;
  /** Settles what is left when the file ends. @throws FileRefused */
  end(to: Findings): void;
  /** Refuses what is left when the file breaks off after `partial`, a line without its end, and names that line. */
  cut(partial: string, reason: string, to: Findings): void;
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
