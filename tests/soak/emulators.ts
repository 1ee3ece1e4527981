import { runFaultHistory } from "../support/fault-history.ts";
import { makeTraffic } from "../support/order-traffic.ts";
import { seededRandom } from "../support/seeded-random.ts";

/** What a soak through the local cloud came to. */
export interface SoakedEmulators {
  /** Records that the handlers count as theirs; those of a handler that crashed are not among them. */
  readonly deliveries: number;
  readonly orders: number;
  readonly differences: number;
  /** How often each kind of fault came. */
  readonly faults: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly seconds: number;
}

const ORDERS_A_FILE = 500;
/** An order comes to somewhat more: its message and its change, some of them repeated, and for every sixth order a cancellation. */
const DELIVERIES_AN_ORDER = 2.4;
/** For a busy machine. */
const IDLE_MS = 3_600_000;

/** The history of faults of `npm test` through S3, SQS, DynamoDB and Lambda of the local cloud, with as many orders as it takes. */
export async function soakEmulators({
  deliveries,
  seed,
}: {
  readonly deliveries: number;
  readonly seed: number;
}): Promise<{ readonly soaked: SoakedEmulators; readonly says: readonly string[] }> {
  const beganAt = Date.now();
  const files = Math.ceil(deliveries / DELIVERIES_AN_ORDER / ORDERS_A_FILE);
  const traffic = makeTraffic(seededRandom(seed), { files, ordersPerFile: ORDERS_A_FILE });
  const { found, status } = await runFaultHistory(traffic, { seed, idleMs: IDLE_MS });
  const handled = status.metrics.filter(({ name }) => name === "Records").reduce((total, { sum }) => total + sum, 0);
  const seconds = Math.round((Date.now() - beganAt) / 1_000);
  const { faults = {} } = status;
  return {
    says: found,
    soaked: {
      deliveries: handled,
      orders: traffic.orders.size,
      differences: found.length,
      faults,
      seed,
      seconds,
    },
  };
}
