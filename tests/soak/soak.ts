import { type History, makeHistory } from "./history.ts";
import { type RunOptions, runHistory } from "./run-history.ts";
import { hasFailed } from "./shrink.ts";

/** What a soak came to. */
export interface Soaked {
  readonly deliveries: number;
  readonly lost: number;
  readonly doubled: number;
  /** Findings of `audit verify`, and orders whose fields are not what was sent. */
  readonly wrong: number;
  readonly histories: number;
  readonly duplicates: number;
  readonly crashes: number;
  readonly timeouts: number;
  readonly outages: number;
  /** How often each kind of fault came. */
  readonly faults: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly seconds: number;
}

/** The first history that failed, and the sentences that say how. */
export interface Failure {
  readonly history: History;
  readonly says: readonly string[];
}

const ORDERS_A_HISTORY = 3_000;
/** An order comes to about so many deliveries. */
const DELIVERIES_AN_ORDER = 3;

/** Runs histories, each of its own seed, until so many records were delivered; ends at the first that fails. */
export async function soak(
  { deliveries, seed }: { readonly deliveries: number; readonly seed: number },
  options: RunOptions = {},
): Promise<{ readonly soaked: Soaked; readonly failure?: Failure }> {
  const beganAt = Date.now();
  const orders = Math.min(ORDERS_A_HISTORY, Math.ceil(deliveries / DELIVERIES_AN_ORDER));
  const totals = { deliveries: 0, lost: 0, doubled: 0, wrong: 0, duplicates: 0, crashes: 0, timeouts: 0, outages: 0 };
  const faults = new Map<string, number>();
  let histories = 0;
  let failure: Failure | undefined;
  while (totals.deliveries < deliveries && failure === undefined) {
    const history = makeHistory(seed + histories, orders);
    histories += 1;
    const result = await runHistory(history, options);
    const { lost, doubled, wrong } = result;
    for (const name of ["deliveries", "duplicates", "crashes", "timeouts", "outages"] as const)
      totals[name] += result[name];
    totals.lost += lost.length;
    totals.doubled += doubled.length;
    totals.wrong += wrong.length;
    for (const { kind } of result.faults) faults.set(kind, (faults.get(kind) ?? 0) + 1);
    if (hasFailed(result)) failure = { history, says: [...lost, ...doubled, ...wrong] };
  }
  const seconds = Math.round((Date.now() - beganAt) / 100) / 10;
  const soaked = {
    ...totals,
    histories,
    faults: Object.fromEntries([...faults].toSorted(([a], [b]) => a.localeCompare(b))),
    seed,
    seconds,
  };
  return { soaked, ...(failure !== undefined && { failure }) };
}
