import type { Job } from "./samples.ts";

type PerJob<T> = Record<Job, T>;
type PerKind<T> = Record<string, T | undefined>;

/** What the guide shows of a run. */
export interface GuideFigures {
  readonly peer: string;
  readonly machine: { readonly cpu?: string | undefined; readonly cores: number; readonly node: string };
  readonly cost: PerJob<PerKind<{ calls: number; writeUnits: number; readUnits: number }>>;
  readonly dollarsPerMillionNewOrders: PerJob<number>;
  readonly sameOrderTwiceInABatch: { readonly failedRecords: PerJob<number> };
  readonly effectsPerOrderAfterACrash: PerJob<number>;
  readonly stubAfter4Ms: PerJob<PerKind<{ medianMs: number; p99Ms: number; recordsPerSecond: number }>>;
  readonly stubAtOnce: PerJob<PerKind<{ cpuUsPerRecord: number }>>;
  readonly dynamoDbLocal: PerJob<PerKind<{ medianMs: number; p99Ms: number }>>;
  readonly bundle: PerJob<{ bytes: number; bytesWithoutSdk: number }>;
  readonly coldStart: PerJob<{
    plain?: { initAboveEmptyMs: number; firstInvocationMs: number; sumMs: number } | undefined;
  }>;
}

/** A goal as a ratio to the peer, and what the run came to. */
export interface Goal {
  readonly what: string;
  /** Doorbell's figure over the peer's. */
  readonly measured: number;
  readonly goal: string;
  readonly isReached: boolean;
}

/** How a run stands to the ratios that are aimed at. */
export function goalsOf({ stubAfter4Ms, stubAtOnce, bundle, coldStart }: GuideFigures): readonly Goal[] {
  const ratio = (own: number | undefined, peer: number | undefined) =>
    Math.round((100 * (own ?? 0)) / (peer ?? 0)) / 100;
  const atMost = (what: string, measured: number, limit: number): Goal => {
    return { what, measured, goal: `at most ${limit}`, isReached: measured <= limit };
  };
  const perSecond = ratio(
    stubAfter4Ms.doorbell["new"]?.recordsPerSecond,
    stubAfter4Ms.powertools["new"]?.recordsPerSecond,
  );
  return [
    { what: "new orders a second, calls of 4 ms", measured: perSecond, goal: "at least 5", isReached: perSecond >= 5 },
    atMost(
      "CPU per new order",
      ratio(stubAtOnce.doorbell["new"]?.cpuUsPerRecord, stubAtOnce.powertools["new"]?.cpuUsPerRecord),
      0.33,
    ),
    atMost("bundle with the AWS SDK", ratio(bundle.doorbell.bytes, bundle.powertools.bytes), 0.5),
    atMost(
      "cold start and first batch",
      ratio(coldStart.doorbell.plain?.sumMs, coldStart.powertools.plain?.sumMs),
      0.5,
    ),
  ];
}
