// Loaded before everything else in an execution environment whose clock is to be off: it shifts `Date` by a number of milliseconds.
// `performance.now()` and timers are left alone.
const skewMs = Number(process.env.DOORBELL_CLOCK_SKEW_MS ?? 0);
if (skewMs !== 0) {
  const Real = Date;
  globalThis.Date = class Date extends Real {
    constructor(...given) {
      if (given.length === 0) super(Real.now() + skewMs);
      else super(...given);
    }
    static now() {
      return Real.now() + skewMs;
    }
  };
}
