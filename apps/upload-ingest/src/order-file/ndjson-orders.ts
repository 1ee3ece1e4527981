import { issueAt } from "@doorbell/aws-events/issue";
import { parseOrderPlacedData } from "@doorbell/event-contracts/order-placed";
import type { Issue } from "@doorbell/aws-events/parsed";
import type { Findings } from "./found-order.ts";
import { LINE_VALUES, STEP_LINES } from "../limits.ts";
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

  *push(block: LineBlock): Generator<Findings> {
    if (block.kind === "lines") yield* this.#read(block.text);
    else yield this.#skip(block.beginning);
  }

  /** Every line is settled as it comes. */
  *end(): Generator<Findings> {}

  *cut(partial: string, reason: string): Generator<Findings> {
    if (partial !== "") this.#lines++;
    yield { orders: [], rejects: [reject({ line: this.#nextLine, raw: partial }, [restUnread(reason)])] };
  }

  #skip(beginning: string): Findings {
    const to = nothingFound();
    this.#reject(beginning, [lineTooLong()], to);
    this.#nextLine++;
    return to;
  }

  *#read(text: string): Generator<Findings> {
    const isDecoded = !text.includes("\uFFFD");
    let to = nothingFound();
    for (let at = 0; at < text.length; this.#nextLine++) {
      if (to.orders.length + to.rejects.length === STEP_LINES) {
        yield to;
        to = nothingFound();
      }
      const newline = text.indexOf("\n", at);
      const end = newline === -1 ? text.length : newline;
      if (isTooLong(text, at, end)) this.#reject(text.slice(at, end), [lineTooLong()], to);
      else this.#readLine(text.slice(at, end).trim(), isDecoded, to);
      at = end + 1;
    }
    yield to;
  }

  #readLine(raw: string, isDecoded: boolean, to: Findings): void {
    if (raw === "") return;
    if (!isDecoded && raw.includes("\uFFFD")) return this.#reject(raw, [notUtf8()], to);
    if (hasTooManyValues(raw)) return this.#reject(raw, [TOO_MANY_VALUES], to);
    const json = parseJson(raw);
    if (json === undefined) return this.#reject(raw, [issueAt("", "JSON", raw)], to);
    const order = parseOrderPlacedData(json.value);
    if (!order.ok) return this.#reject(raw, order.issues, to, orderIdOf(json.value));
    this.#lines++;
    to.orders.push({ data: order.value, lines: [{ line: this.#nextLine, raw }] });
  }

  #reject(raw: string, reasons: readonly Issue[], to: Findings, orderId?: string): void {
    this.#lines++;
    to.rejects.push(reject({ line: this.#nextLine, raw }, reasons, orderId));
  }
}

const TOO_MANY_VALUES: Issue = {
  path: "",
  expected: `a line of at most ${LINE_VALUES} commas and opening brackets outside its texts`,
  received: "more of them",
};

const QUOTE = 34;
const COMMA = 44;
const LIST = 91;
const BACKSLASH = 92;
const OBJECT = 123;

/** True for more than {@link LINE_VALUES}, which only a longer line can have. Every value but the first follows one of what is counted. */
function hasTooManyValues(raw: string): boolean {
  if (raw.length <= LINE_VALUES) return false;
  let found = 0;
  let isText = false;
  for (let at = 0; at < raw.length; at++) {
    const code = raw.charCodeAt(at);
    if (code === QUOTE) isText = !isText;
    else if (isText) at += code === BACKSLASH ? 1 : 0;
    else if ((code === COMMA || code === LIST || code === OBJECT) && ++found > LINE_VALUES) return true;
  }
  return false;
}

function nothingFound(): Findings {
  return { orders: [], rejects: [] };
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
