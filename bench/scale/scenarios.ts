import { rounded } from "../idempotency/samples.ts";
import type { Turned } from "./parameters.ts";
import type { Load, Simulated } from "./simulate.ts";

/** A load, and what is turned for it. */
export interface Scenario {
  readonly name: string;
  readonly load: Omit<Load, "seed">;
  readonly turned: Turned;
}

const TEN_MINUTES = { seconds: 600, drainSeconds: 600 };

/** What docs/scale.md tells of. */
export const scenarios: readonly Scenario[] = [
  { name: "1,000 a second, as deployed", load: { ordersPerSecond: 1_000, ...TEN_MINUTES }, turned: {} },
  { name: "10,000 a second, as deployed", load: { ordersPerSecond: 10_000, ...TEN_MINUTES }, turned: {} },
  {
    name: "10,000 a second, tables not warmed",
    load: { ordersPerSecond: 10_000, ...TEN_MINUTES },
    turned: { ordersWrites: { warm: 4_000 }, auditWrites: { warm: 4_000 } },
  },
  {
    name: "10,000 a second, ten environments",
    load: { ordersPerSecond: 10_000, ...TEN_MINUTES },
    turned: { maximumConcurrency: 10 },
  },
  {
    name: "10,000 a second, batches of 100 within 1 s",
    load: { ordersPerSecond: 10_000, ...TEN_MINUTES },
    turned: { batchSize: 100 },
  },
  {
    name: "100,000 a second, as deployed",
    load: { ordersPerSecond: 100_000, seconds: 60, drainSeconds: 60 },
    turned: {},
  },
  {
    name: "100,000 a second, turned",
    load: { ordersPerSecond: 100_000, seconds: 120, drainSeconds: 120 },
    turned: {
      batchSize: 100,
      provisionedPollers: { minimum: 10, maximum: 40 },
      ordersWrites: { warm: 150_000 },
      auditWrites: { warm: 250_000 },
    },
  },
];

/** The oldest message and the oldest change may be this old at the end of the load, in seconds. */
const SETTLED_AGE_SECONDS = 10;

/** What a run came to. It settles where nothing grows old under the load, and all of it is done within a minute of its end. */
export function summarize(simulated: Simulated, { seconds }: Pick<Load, "seconds">) {
  const during = simulated.samples.filter(({ second }) => second <= seconds);
  const lastMinute = during.slice(-60);
  const most = (of: (sample: (typeof during)[number]) => number, among = during) => Math.max(...among.map(of));
  const endAge = Math.max(
    most(({ ageSeconds }) => ageSeconds, lastMinute),
    most(({ iteratorAgeSeconds }) => iteratorAgeSeconds, lastMinute),
  );
  const { drainedAfterSeconds: drained, came, written, audited } = simulated;
  return {
    settles: endAge <= SETTLED_AGE_SECONDS && drained !== undefined && drained <= 60,
    came,
    written,
    audited,
    peakBacklog: most(({ backlog }) => backlog),
    peakAgeSeconds: rounded(most(({ ageSeconds }) => ageSeconds)),
    peakIteratorAgeSeconds: rounded(most(({ iteratorAgeSeconds }) => iteratorAgeSeconds)),
    orderQueueEnvironments: most(({ orderQueueEnvironments }) => orderQueueEnvironments),
    changeAuditEnvironments: most(({ changeAuditEnvironments }) => changeAuditEnvironments),
    peakAccountConcurrency: simulated.peakAccountConcurrency,
    peakInFlight: simulated.peakInFlight,
    p50Seconds: simulated.orderLatency.quantile(0.5),
    p99Seconds: simulated.orderLatency.quantile(0.99),
    throttledWrites: during.reduce((sum, { throttledWrites }) => sum + throttledWrites, 0),
    throttledInvocations: simulated.throttledInvocations,
    drainedAfterSeconds: drained === undefined ? null : rounded(drained),
  };
}
