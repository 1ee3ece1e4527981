/** How many batches of a queue may be in flight at one time, between one and a maximum. */
export interface PollerConcurrency {
  readonly limit: number;
  /** Call when every poller is busy though messages wait: one more, at most every 200 ms. */
  saturated(now: number): void;
  /** Call when the function failed or was throttled: half as many. */
  failed(): void;
  /** Call when a batch succeeded: one more, up to where it started. */
  succeeded(): void;
}

/** Lambda begins with five batches at a time (AWS: with-sqs, scaling). */
const START = 5;

/** The concurrency grows by one in this time at most: 300 a minute (AWS: with-sqs, scaling). */
export const GROWTH_INTERVAL_MS = 200;

/** The concurrency of a standard queue's mapping: it starts with 5 (or the maximum), grows under load, backs off on errors. */
export function createPollerConcurrency(maximum: number): PollerConcurrency {
  const start = Math.min(START, maximum);
  let limit = start;
  let grownAt = Number.NEGATIVE_INFINITY;
  return {
    get limit() {
      return limit;
    },
    saturated(now) {
      if (grownAt === Number.NEGATIVE_INFINITY) grownAt = now;
      if (limit >= maximum || now - grownAt < GROWTH_INTERVAL_MS) return;
      grownAt = now;
      limit += 1;
    },
    failed() {
      limit = Math.max(1, Math.floor(limit / 2));
    },
    succeeded() {
      if (limit < start) limit += 1;
    },
  };
}
