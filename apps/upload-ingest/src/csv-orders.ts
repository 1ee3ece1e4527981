import { type CsvRecord, CsvRecords } from "./csv-records.ts";
import type { Findings } from "./found-order.ts";
import { type Grouped, OrderGroups } from "./group-orders.ts";
import type { LineBlock } from "./line-blocks.ts";
import { restUnread } from "./line-faults.ts";
import { orderFromLines } from "./order-from-lines.ts";
import { FileRefused, type OrderReader } from "./order-reader.ts";
import { reject } from "./reject.ts";
import { type Layout, readHeader } from "./superstore-layout.ts";

/** Finds the orders in a CSV file in the superstore layout, whose header is its first record. */
export class CsvOrders implements OrderReader {
  readonly format = "csv";
  readonly #records = new CsvRecords();
  #file: { readonly layout: Layout; readonly groups: OrderGroups } | undefined;
  #lines = 0;

  get lines(): number {
    return this.#lines;
  }

  push(block: LineBlock, to: Findings): void {
    this.#take(
      block.kind === "lines" ? this.#records.push(block.text) : this.#records.pushTooLong(block.beginning),
      to,
    );
  }

  end(to: Findings): void {
    this.#take(this.#records.end(), to);
    if (this.#file === undefined) throw new FileRefused("neither a CSV header nor NDJSON");
    this.#settle((grouped, groups) => groups.end(grouped), to);
  }

  cut(partial: string, reason: string, to: Findings): void {
    this.#take(this.#records.end(), to);
    if (this.#file === undefined) throw new FileRefused(reason);
    const line = this.#records.nextLine;
    if (partial !== "") this.#lines++;
    this.#settle((grouped, groups) => groups.cut(grouped), to);
    to.rejects.push(reject({ line, raw: partial }, [restUnread(reason)]));
  }

  #take(records: CsvRecord[], to: Findings): void {
    if (this.#file === undefined) {
      const header = records.shift();
      if (header === undefined) return;
      this.#begin(header);
    }
    this.#lines += records.length;
    this.#settle((grouped, groups) => records.forEach((record) => groups.add(record, grouped)), to);
  }

  #begin({ fields, fault }: CsvRecord): void {
    if (fault !== undefined) {
      throw new FileRefused(`neither a CSV header nor NDJSON: expected ${fault.expected}, received ${fault.received}`);
    }
    const layout = readHeader(fields);
    if (typeof layout === "string") throw new FileRefused(layout);
    this.#file = { layout, groups: new OrderGroups(layout["Order ID"]) };
  }

  #settle(work: (grouped: Grouped, groups: OrderGroups) => void, to: Findings): void {
    if (this.#file === undefined) return;
    const { layout, groups } = this.#file;
    const grouped: Grouped = { groups: [], rejects: to.rejects };
    work(grouped, groups);
    for (const group of grouped.groups) {
      const order = orderFromLines(group, layout);
      if (order.ok) to.orders.push({ data: order.data, lines: group.records });
      else to.rejects.push(...order.rejects);
    }
  }
}
