import {
  type SampleSubjects,
  SAMPLE_NAMES as EVENT_SOURCE_NAMES,
  sampleEvent as sampleOfSource,
} from "@doorbell/aws-events/sample-events";
import { type Dice, hex, instant, pick, seededDice } from "@doorbell/aws-events/seeded-dice";
import { ORDER_CANCELLED_TYPE } from "./order-cancelled.ts";
import { ORDER_PLACED_TYPE, type OrderLine } from "./order-placed.ts";
import { sampleOrderCancelled, sampleOrderPlaced } from "./testing.ts";

const MESSAGES = new Map<string, (dice: Dice) => object>([
  [ORDER_PLACED_TYPE, orderPlaced],
  [ORDER_CANCELLED_TYPE, orderCancelled],
]);

/** What {@link sampleEvent} can make: the event sources of `aws-events`, and the types of business events. */
export const SAMPLE_NAMES: readonly string[] = [...EVENT_SOURCE_NAMES, ...MESSAGES.keys()];

/**
 * A complete Lambda event, valid by construction, the same for the same seed: of an event source as `aws-events` makes it, or, for a
 * type of business event, messages of the orders queue. Undefined for a name that is none of {@link SAMPLE_NAMES}.
 * Throws `OneEventOnly` for more than one event of an event bus.
 */
export function sampleEvent(
  name: string,
  options: { readonly count?: number; readonly seed?: number; readonly subjects?: SampleSubjects } = {},
): unknown {
  const makeMessage = MESSAGES.get(name);
  if (makeMessage === undefined) return sampleOfSource(name, options);
  const { count = 1, seed = 1, subjects = {} } = options;
  const dice = seededDice(seed);
  const bodies = Array.from({ length: count }, () => JSON.stringify(makeMessage(dice)));
  return sampleOfSource("sqs", { count, seed, subjects: { ...subjects, bodies } });
}

function amount(dice: Dice): string {
  return `${dice(2000)}.${String(dice(10_000)).padStart(4, "0")}`;
}

function orderPlaced(dice: Dice): object {
  const lines = Array.from({ length: 1 + dice(5) }, () => orderLine(dice));
  const customer = { id: `C-${dice(10_000)}`, name: pick(dice, ["Ada Example", "Béla Muster", "Chen Specimen"]) };
  const time = instant(dice);
  const order = { orderId: `ORDER-${dice(1_000_000)}`, orderedOn: time.slice(0, 10), customer, lines };
  return sampleOrderPlaced({ ...order, currency: pick(dice, ["CHF", "EUR", "USD"]) }, { id: hex(dice, 64), time });
}

function orderLine(dice: Dice): OrderLine {
  const productName = pick(dice, ["Oak desk", "Paper, 500 sheets", "Desk lamp", "Stapler"]);
  return {
    productId: `${pick(dice, ["FUR", "OFF", "TEC"])}-${dice(10_000)}`,
    productName,
    quantity: 1 + dice(12),
    amount: amount(dice),
    discount: pick(dice, ["0", "0.1", "0.15", "0.45"]),
  };
}

function orderCancelled(dice: Dice): object {
  const reason = pick(dice, ["ordered twice", "changed my mind", "delivery takes too long"]);
  const data = { orderId: `ORDER-${dice(1_000_000)}`, reason };
  return sampleOrderCancelled(data, { id: hex(dice, 64), time: instant(dice) });
}
