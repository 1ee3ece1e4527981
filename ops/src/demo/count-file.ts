import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** What an order comes to when its lines are simply added up: `total` in ten-thousandths, so that four decimals are exact. */
export interface CountedOrder {
  readonly lines: number;
  readonly total: bigint;
}

/** The demo's own count of a file, to hold the pipeline's result against; orders by their keys, `partner/order id`. */
export interface FileCount {
  readonly lines: number;
  readonly orders: ReadonlyMap<string, CountedOrder>;
  readonly total: bigint;
}

/**
 * Counts a well-formed superstore CSV (one record a line, `Order ID` second, `Sales` eighteenth) on its own: it shares no code with
 * the services, so that an error of theirs cannot hide in the check. The orders are the partner's.
 */
export async function countFile(path: string, partner: string): Promise<FileCount> {
  const orders = new Map<string, CountedOrder>();
  let lines = 0;
  let total = 0n;
  let header = true;
  for await (const line of createInterface({
    input: createReadStream(path, "utf8"),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (header || line === "") {
      header = false;
      continue;
    }
    const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      (match) => match[1] ?? match[2] ?? "",
    );
    const amount = tenThousandths(fields[17] ?? "");
    const key = `${partner}/${fields[1] ?? ""}`;
    const order = orders.get(key) ?? { lines: 0, total: 0n };
    orders.set(key, { lines: order.lines + 1, total: order.total + amount });
    lines += 1;
    total += amount;
  }
  return { lines, orders, total };
}

/** `"957.5775"` → `9575775n`. Throws on more than four decimals or anything that is not a plain decimal. */
export function tenThousandths(amount: string): bigint {
  const match = /^(-?\d+)(?:\.(\d{1,4}))?$/.exec(amount);
  if (match === null) throw new Error(`"${amount}" is not an amount of at most four decimals`);
  const [, whole = "0", decimals = ""] = match;
  const magnitude = BigInt(whole.replace("-", "") + decimals.padEnd(4, "0"));
  return whole.startsWith("-") ? -magnitude : magnitude;
}

/** `9575775n` → `"957.5775"`, always with four decimals. */
export function decimalText(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(5, "0");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}
