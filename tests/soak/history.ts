import { type SeededRandom, seededRandom } from "../support/seeded-random.ts";
import type { Fault } from "./fate.ts";

/**
 * One order and all that its senders do about it. `cancelled` and `resent` count messages: how many senders cancel it, how many
 * place it once more. `isElsewhere`: another sender places it with another total, which is a conflict.
 */
export interface PlannedOrder {
  readonly id: string;
  /** The number of the file that places it; nobody does where there is none. */
  readonly file?: number;
  readonly amounts: readonly number[];
  readonly cancelled: number;
  readonly resent: number;
  readonly isElsewhere: boolean;
  /** The file's line is not a valid order, and the order is refused. */
  readonly isBad: boolean;
}

/** A message that is no business event. */
export interface PlannedNonsense {
  readonly id: string;
  readonly nonsense: string;
}

/** What happens in one run: all of it, so that the same history comes to the same end. As JSON it is what `--replay` takes. */
export interface History {
  /** Decides how long calls take, when messages are sent and, without `faults`, what goes wrong. */
  readonly seed: number;
  readonly sent: readonly (PlannedOrder | PlannedNonsense)[];
  /** What goes wrong, point by point, and nothing else does; the seed decides where this is absent. */
  readonly faults?: readonly Fault[];
}

/** A file of a partner. */
export interface PlannedFile {
  readonly key: string;
  readonly lines: readonly string[];
  /** Numbers of the lines that must be refused. */
  readonly badLines: readonly number[];
}

const ORDERS_A_FILE = 250;

/** The history of a seed with so many orders, and the odd message that is no event. */
export function makeHistory(seed: number, orders: number): History {
  const random = seededRandom(seed);
  const files = Math.max(1, Math.ceil(orders / ORDERS_A_FILE));
  const sent = Array.from({ length: orders }, (_, at): PlannedOrder | PlannedNonsense => {
    if (random.chance(0.004)) return { id: `N-${at}`, nonsense: NONSENSE[random.below(NONSENSE.length)] ?? "" };
    return { id: `O-${at}`, ...orderOf(random, random.below(files)) };
  });
  return { seed, sent };
}

function orderOf(random: SeededRandom, file: number): Omit<PlannedOrder, "id"> {
  const amounts = Array.from({ length: 1 + random.below(3) }, () => 1 + random.below(9_999));
  const isBad = random.chance(0.01);
  const isOrphan = !isBad && random.chance(0.01);
  return {
    amounts,
    isBad,
    ...(!isOrphan && { file }),
    cancelled: isOrphan ? 1 : !isBad && random.chance(1 / 5) ? 1 + random.below(2) : 0,
    resent: !isBad && !isOrphan && random.chance(0.05) ? 1 : 0,
    isElsewhere: !isBad && !isOrphan && random.chance(0.01),
  };
}

const NONSENSE = ["", "not json", "[]", '{"specversion":"1.0"}', '{"type":"doorbell.order.placed.v1","id":"x"}'];

/** Whose an order is: two partners number their orders alike. */
export function partnerOf({ file = 0 }: PlannedOrder): string {
  return file % 2 === 0 ? "acme" : "beta";
}

/** The sum of an order's amounts as a decimal; `more` is what the conflicting sender adds. */
export function totalOf({ amounts }: PlannedOrder, more = 0): string {
  return String(amounts.reduce((sum, amount) => sum + amount, more));
}

/** The files that are uploaded; one of which nothing is left is not. */
export function filesOf({ sent }: History): PlannedFile[] {
  const orders = sent.filter((each) => "amounts" in each).filter(({ file }) => file !== undefined);
  return [...Map.groupBy(orders, ({ file = 0 }) => file)].map(([file, placed]) => ({
    key: `${file % 2 === 0 ? "acme" : "beta"}/file-${file}.ndjson`,
    lines: placed.map((order) => JSON.stringify(order.isBad ? { orderId: order.id } : dataOf(order))),
    badLines: placed.flatMap(({ isBad }, at) => (isBad ? [at + 1] : [])),
  }));
}

/** The messages that senders put into the queue themselves. */
export function messagesOf({ sent }: History): string[] {
  return sent.flatMap((each) => {
    if ("nonsense" in each) return [each.nonsense];
    const again = Array.from({ length: each.resent }, (_, at) => placedBody(each, `again-${at}`));
    const elsewhere = each.isElsewhere ? [placedBody(each, "elsewhere", 1)] : [];
    const cancellations = Array.from({ length: each.cancelled }, (_, at) =>
      eventBody(each, "cancelled", `cancelled-${at}`, { orderId: each.id, reason: `reason ${at}` }),
    );
    return [...again, ...elsewhere, ...cancellations];
  });
}

function placedBody(order: PlannedOrder, name: string, more = 0): string {
  return eventBody(order, "placed", name, dataOf(order, more));
}

function eventBody(order: PlannedOrder, what: string, name: string, data: object): string {
  return JSON.stringify({
    specversion: "1.0",
    id: `${partnerOf(order)}/${order.id}/${name}`,
    source: partnerOf(order),
    type: `doorbell.order.${what}.v1`,
    subject: order.id,
    time: "2026-01-03T03:04:05.000Z",
    data,
  });
}

function dataOf(order: PlannedOrder, more = 0): object {
  const amounts = more === 0 ? order.amounts : [...order.amounts, more];
  return {
    orderId: order.id,
    orderedOn: "2016-11-08",
    customer: { id: "EX-1", name: "Ada Example" },
    currency: "USD",
    lines: amounts.map((amount, at) => ({ productId: `FUR-${at}`, quantity: 1, amount: String(amount) })),
    total: totalOf(order, more),
  };
}
