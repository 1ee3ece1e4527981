import { type CsvRecord, CsvRecords } from "./csv-records.ts";
import type { Findings } from "../found-order.ts";
import { type Grouped, OrderGroups } from "./group-orders.ts";
import type { LineBlock } from "../line-blocks.ts";
import { restUnread } from "../line-faults.ts";
import { orderFromLines } from "./order-from-lines.ts";
import { InvalidFile, type OrderReader } from "../order-reader.ts";
import { reject } from "../reject.ts";
import { type Layout, readHeader } from "./superstore-layout.ts";

/** Finds the orders in a CSV file in the superstore layout, whose header is its first record. */
export class CsvOrders implements OrderReader {
  readonly format = "csv";
  readonly #records = new CsvRecords();
  #file: OpenFile | undefined;
  #lines = 0;

  get lines(): number {
    return this.#lines;
  }

  push(block: LineBlock): Generator<Findings> {
    return this.#take(
      block.kind === "lines" ? this.#records.push(block.text) : this.#records.pushTooLong(block.beginning),
    );
  }

  *end(): Generator<Findings> {
    yield* this.#take(this.#records.end());
    if (this.#file === undefined) throw new InvalidFile("neither a CSV header nor NDJSON");
    yield settled(this.#file, (groups, grouped) => groups.end(grouped));
  }

  *cut(partial: string, reason: string): Generator<Findings> {
    yield* this.#take(this.#records.end());
    if (this.#file === undefined) throw new InvalidFile(reason);
    const line = this.#records.nextLine;
    if (partial !== "") this.#lines++;
    const found = settled(this.#file, (groups, grouped) => groups.cut(grouped));
    found.rejects.push(reject({ line, raw: partial }, [restUnread(reason)]));
    yield found;
  }

  *#take(steps: Iterable<CsvRecord[]>): Generator<Findings> {
    for (const records of steps) {
      this.#file ??= begun(records.shift());
      if (this.#file === undefined) continue;
      this.#lines += records.length;
      yield settled(this.#file, (groups, grouped) => {
        for (const record of records) groups.add(record, grouped);
        groups.keep();
      });
    }
  }
}

interface OpenFile {
  readonly layout: Layout;
  readonly groups: OrderGroups;
}

/** A file with this header. @throws InvalidFile */
function begun(header: CsvRecord | undefined): OpenFile | undefined {
  if (header === undefined) return undefined;
  const { fields, fault } = header;
  if (fault !== undefined) {
    throw new InvalidFile(`neither a CSV header nor NDJSON: expected ${fault.expected}, received ${fault.received}`);
  }
  const layout = readHeader(fields);
  if (typeof layout === "string") throw new InvalidFile(layout);
  return { layout, groups: new OrderGroups(layout["Order ID"]) };
}

/** What one piece of work with the groups settles. */
function settled({ layout, groups }: OpenFile, work: (groups: OrderGroups, grouped: Grouped) => void): Findings {
  const found: Findings = { orders: [], rejects: [] };
  const grouped: Grouped = { groups: [], rejects: found.rejects };
  work(groups, grouped);
  for (const group of grouped.groups) {
    const order = orderFromLines(group, layout);
    if (order.ok) found.orders.push({ data: order.data, lines: group.records });
    else found.rejects.push(...order.rejects);
  }
  return found;
}
