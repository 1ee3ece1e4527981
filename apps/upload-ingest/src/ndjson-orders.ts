import { issueAt } from "@doorbell/event-contracts/issue";
import { parseOrderPlacedData } from "@doorbell/event-contracts/order-placed";
import type { Issue } from "@doorbell/event-contracts/parsed";
import type { Findings } from "./found-order.ts";
import type { LineBlock } from "./line-blocks.ts";
import { isTooLong, lineTooLong, notUtf8, restUnread } from "./line-faults.ts";
import type { OrderReader } from "./order-reader.ts";
import { reject } from "./reject.ts";

/** Finds the orders in NDJSON: one submission a line, the data of an `order.placed` event. Blank lines are skipped. */
export class NdjsonOrders implements OrderReader {
  readonly format = "ndjson";
  #nextLine = 1;
  #lines = 0;

  get lines(): number {
    return this.#lines;
  }

  push(block: LineBlock, to: Findings): void {
    if (block.kind === "lines") return this.#read(block.text, to);
    this.#refuse(block.beginning, [lineTooLong()], to);
    this.#nextLine++;
  }

  /** Every line is settled as it comes. */
  end(): void {}

  cut(partial: string, reason: string, to: Findings): void {
    if (partial !== "") this.#lines++;
    to.rejects.push(reject({ line: this.#nextLine, raw: partial }, [restUnread(reason)]));
  }

  #read(text: string, to: Findings): void {
    const isDecoded = !text.includes("\uFFFD");
    for (let at = 0; at < text.length; this.#nextLine++) {
      const newline = text.indexOf("\n", at);
      const end = newline === -1 ? text.length : newline;
      if (isTooLong(text, at, end)) this.#refuse(text.slice(at, end), [lineTooLong()], to);
      else this.#readLine(text.slice(at, end).trim(), isDecoded, to);
      at = end + 1;
    }
  }

  #readLine(raw: string, isDecoded: boolean, to: Findings): void {
    if (raw === "") return;
    if (!isDecoded && raw.includes("\uFFFD")) return this.#refuse(raw, [notUtf8()], to);
    const json = parseJson(raw);
    if (json === undefined) return this.#refuse(raw, [issueAt("", "JSON", raw)], to);
    const order = parseOrderPlacedData(json.value);
    if (!order.ok) return this.#refuse(raw, order.issues, to, orderIdOf(json.value));
    this.#lines++;
    to.orders.push({ data: order.value, lines: [{ line: this.#nextLine, raw }] });
  }

  #refuse(raw: string, reasons: readonly Issue[], to: Findings, orderId?: string): void {
    this.#lines++;
    to.rejects.push(reject({ line: this.#nextLine, raw }, reasons, orderId));
  }
}

function parseJson(raw: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(raw) };
  } catch {
    return undefined; // the parser's own message quotes the line, which may hold personal data
  }
}

function orderIdOf(json: unknown): string | undefined {
  const isObject = typeof json === "object" && json !== null;
  const orderId: unknown = isObject && "orderId" in json ? json.orderId : undefined;
  return typeof orderId === "string" ? orderId : undefined;
}
