import type { Issue } from "@doorbell/aws-events/parsed";
import type { CsvRecord } from "./csv-records.ts";
import { ORDER_LINES, ORDER_TEXT_CHARS } from "../../limits.ts";
import { ownText } from "../../own-text.ts";
import { type Reject, reject, rejectWithOrder, sameOrderRejected } from "../reject.ts";

/** The lines of one order, all of them readable. */
export interface OrderGroup {
  readonly orderId: string;
  readonly records: readonly CsvRecord[];
}

/** What became of the lines so far. */
export interface Grouped {
  readonly groups: OrderGroup[];
  readonly rejects: Reject[];
}

/**
 * Groups the records of a CSV file into orders: lines of one order id that follow one another. Nothing but the lines of the
 * order that is being read is held, within {@link ORDER_LINES} and {@link ORDER_TEXT_CHARS}.
 *
 * - A line that cannot be read is rejected. The order that it belongs to, by its order id where that much could be read, or
 *   because it lies between two lines of the order, is rejected with it: an order is never sent in part.
 * - Of an order that is rejected, every line is: those held, and those that follow.
 */
export class OrderGroups {
  readonly #orderIdAt: number;
  #orderId: string | undefined;
  #records: CsvRecord[] = [];
  /** So many of them, from the first, are kept apart from the text that they were read from. */
  #kept = 0;
  #chars = 0;
  /** The line for which the current order is rejected. */
  #faultyLine: number | undefined;
  /** The last unreadable line since the last readable one. */
  #unreadable: { readonly line: number; readonly orderId: string | undefined } | undefined;

  constructor(orderIdAt: number) {
    this.#orderIdAt = orderIdAt;
  }

  /** Takes the next record; what it settles is added to `to`. */
  add(record: CsvRecord, to: Grouped): void {
    const orderId = record.fields[this.#orderIdAt];
    if (record.fault !== undefined) return this.#rejectUnreadable(record, record.fault, orderId, to);
    if (orderId === undefined || orderId.trim() === "")
      return this.#rejectUnreadable(record, ORDER_ID_MISSING, undefined, to);
    if (orderId !== this.#orderId) this.#begin(orderId, to);
    else if (this.#unreadable !== undefined) this.#rejectOrder(this.#unreadable.line, to);
    this.#unreadable = undefined;
    this.#take(record, orderId, to);
  }

  /** To be called when the text that the records were read from may be forgotten: what is held of it is copied. */
  keep(): void {
    const copied = this.#records
      .slice(this.#kept)
      .map(({ line, raw, fields }) => ({ line, raw: ownText(raw), fields: fields.map(ownText) }));
    this.#records.splice(this.#kept, copied.length, ...copied);
    this.#kept = this.#records.length;
  }

  /** Settles the last order when the file ends. */
  end(to: Grouped): void {
    if (this.#orderId !== undefined && this.#faultyLine === undefined) {
      to.groups.push({ orderId: this.#orderId, records: this.#records });
    }
    this.#forget();
  }

  /** Rejects the last order when the file breaks off: more lines of it may have followed. */
  cut(to: Grouped): void {
    if (this.#faultyLine === undefined) {
      to.rejects.push(...this.#records.map((record) => reject(record, [ORDER_CUT_OFF], this.#orderId)));
    }
    this.#forget();
  }

  #begin(orderId: string, to: Grouped): void {
    const before = this.#unreadable;
    this.end(to);
    this.#orderId = orderId;
    if (before?.orderId === orderId) this.#faultyLine = before.line;
  }

  #take(record: CsvRecord, orderId: string, to: Grouped): void {
    if (this.#faultyLine !== undefined) {
      to.rejects.push(reject(record, [sameOrderRejected(this.#faultyLine)], orderId));
      return;
    }
    const isTooMuch = this.#records.length === ORDER_LINES || this.#chars + record.raw.length > ORDER_TEXT_CHARS;
    if (isTooMuch) {
      this.#rejectOrder(record.line, to);
      to.rejects.push(reject(record, [ORDER_TOO_LONG], orderId));
      return;
    }
    this.#records.push(record);
    this.#chars += record.raw.length;
  }

  #rejectUnreadable(record: CsvRecord, fault: Issue, orderId: string | undefined, to: Grouped): void {
    if (orderId !== undefined && orderId === this.#orderId) this.#rejectOrder(record.line, to);
    else this.#unreadable = { line: record.line, orderId };
    to.rejects.push(reject(record, [fault], orderId));
  }

  #rejectOrder(faultyLine: number, to: Grouped): void {
    if (this.#orderId === undefined || this.#faultyLine !== undefined) return;
    this.#faultyLine = faultyLine;
    to.rejects.push(...rejectWithOrder(this.#records, faultyLine, this.#orderId));
    this.#records = [];
    this.#kept = 0;
  }

  #forget(): void {
    this.#orderId = undefined;
    this.#records = [];
    this.#kept = 0;
    this.#chars = 0;
    this.#faultyLine = undefined;
    this.#unreadable = undefined;
  }
}

const ORDER_ID_MISSING: Issue = { path: "Order ID", expected: "an order id", received: "nothing" };
const ORDER_CUT_OFF: Issue = {
  path: "",
  expected: "an order whose end could be read",
  received: "a file that breaks off before",
};
const ORDER_TOO_LONG: Issue = {
  path: "",
  expected: `an order of at most ${ORDER_LINES} lines and ${ORDER_TEXT_CHARS} characters`,
  received: "one more line",
};
