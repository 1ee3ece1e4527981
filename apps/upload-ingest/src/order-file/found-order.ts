import type { OrderPlacedData } from "@doorbell/event-contracts/order-placed";
import type { Line, Reject } from "./reject.ts";

/** A valid order of the file, and the lines it was read from, which are rejected if it cannot be sent. */
export interface FoundOrder {
  readonly data: OrderPlacedData;
  /** In the file's order; at least one. */
  readonly lines: readonly Line[];
}

/** What was found in a piece of the file: every line of it ends in one of the two, now or with a later piece. */
export interface Findings {
  readonly orders: FoundOrder[];
  readonly rejects: Reject[];
}
