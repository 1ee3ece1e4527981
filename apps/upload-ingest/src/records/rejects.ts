import type { Reject } from "../order-file/reject.ts";

/** Where rejected lines are kept. */
export interface Rejects {
  /** Begins the rejects of one upload, in place of those of an earlier run. Costs nothing until something is written. */
  open(uploadId: string): RejectsWriter;
}

/** The rejects of one upload, in the order in which they are found. One of `close` and `abandon` must be called. */
export interface RejectsWriter {
  write(rejects: readonly Reject[]): Promise<void>;
  /** Makes them readable and returns their key; undefined where there are none. */
  close(): Promise<string | undefined>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}
