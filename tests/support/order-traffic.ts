import { tenThousandths } from "@doorbell/ops/demo/count-file";
import type { SeededRandom } from "./seeded-random.ts";

/** A file to upload. */
export interface TrafficFile {
  readonly key: string;
  readonly body: string;
  /** Numbers of the lines that must come back refused. */
  readonly badLines: readonly number[];
}

/** What clients of the pipeline send, and what must have become of it when all of it was acknowledged. */
export interface Traffic {
  readonly files: readonly TrafficFile[];
  /** Business events for the orders queue, ten at a time. */
  readonly cancellations: readonly (readonly string[])[];
  /** Every order by its key, `partner/order id`: its total in ten-thousandths, and whether it was cancelled. */
  readonly orders: ReadonlyMap<string, { readonly total: bigint; readonly cancelled: boolean }>;
}

/**
 * Files of two partners, who number their orders alike: with a bad line among some twenty, and a cancellation for every sixth order,
 * which may well come before it.
 */
export function makeTraffic(
  random: SeededRandom,
  size: { readonly files: number; readonly ordersPerFile: number },
): Traffic {
  const orders = new Map<string, { total: bigint; cancelled: boolean }>();
  const cancelled: string[] = [];
  const files = Array.from({ length: size.files }, (_, file) => {
    const partner = file % 2 === 0 ? "acme" : "beta";
    const lines: string[] = [];
    const badLines: number[] = [];
    for (let order = 0; order < size.ordersPerFile; order += 1) {
      if (random.chance(0.05)) badLines.push(lines.push('{"orderId":"BAD","lines":[]}'));
      const orderId = `F${file >> 1}-${order}`;
      const { line, total } = placedLine(orderId, random);
      lines.push(line);
      const isCancelled = random.chance(1 / 6);
      orders.set(`${partner}/${orderId}`, { total, cancelled: isCancelled });
      if (isCancelled) cancelled.push(cancellation(partner, orderId));
    }
    return { key: `${partner}/file ${file}.ndjson`, body: `${lines.join("\n")}\n`, badLines };
  });
  return { files, cancellations: inTens(cancelled), orders };
}

function placedLine(orderId: string, random: SeededRandom): { line: string; total: bigint } {
  const amounts = Array.from({ length: 1 + random.below(4) }, () => `${random.below(1_000)}.${1 + random.below(9)}`);
  const total = amounts.reduce((sum, amount) => sum + tenThousandths(amount), 0n);
  const line = JSON.stringify({
    orderId,
    orderedOn: "2016-11-08",
    customer: { id: "EX-1", name: "Ada Example" },
    currency: "USD",
    lines: amounts.map((amount, at) => ({ productId: `FUR-${at}`, quantity: 1 + random.below(9), amount })),
    total: decimal(total),
  });
  return { line, total };
}

/** Canonical, as the contract wants it: no trailing zeros. */
function decimal(units: bigint): string {
  const fraction = String(units % 10_000n)
    .padStart(4, "0")
    .replace(/0+$/, "");
  return `${units / 10_000n}${fraction === "" ? "" : `.${fraction}`}`;
}

function cancellation(partner: string, orderId: string): string {
  return JSON.stringify({
    specversion: "1.0",
    id: `cancelled-${partner}-${orderId}`,
    source: partner,
    type: "doorbell.order.cancelled.v1",
    subject: orderId,
    time: "2026-01-03T03:04:05.000Z",
    data: { orderId, reason: "changed my mind" },
  });
}

function inTens(bodies: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(bodies.length / 10) }, (_, at) => bodies.slice(at * 10, at * 10 + 10));
}
