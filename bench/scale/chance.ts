/** Numbers that a seed decides, in the distributions that a simulation needs. */
export interface Chance {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Of events that come by themselves, `mean` in the mean. */
  readonly poisson: (mean: number) => number;
  /** A time that is `median` half of the time, and now and then several times as long. */
  readonly latency: (median: number) => number;
}

/** Sigma of a latency's logarithm: the 99th percentile is 2.5 times the median. */
const LATENCY_SIGMA = 0.4;

/** mulberry32: the same numbers for the same seed. */
export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return {
    random,
    // From 30 on a Poisson distribution is nearly a normal one.
    poisson(mean) {
      if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = random(); product > limit; product *= random()) count += 1;
      return count;
    },
    latency: (median) => median * Math.exp(LATENCY_SIGMA * normal()),
  };
}
