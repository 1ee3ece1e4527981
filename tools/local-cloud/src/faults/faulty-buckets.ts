import type { Buckets, ObjectChange } from "../emulators/buckets.ts";
import type { SeededDecisions } from "./seeded-decisions.ts";

/** A second notification comes within this time, in milliseconds. */
const WITHIN_MS = 2_000;

/** Buckets whose notifications may come twice. */
export interface FaultyBuckets extends Buckets {
  /** Second notifications that are still to come. */
  readonly pending: number;
  stop(): void;
}

/** The buckets as notifications see them: some changes are told twice, the second time at once or later (AWS: at least once). */
export function createFaultyBuckets(inner: Buckets, decisions: SeededDecisions): FaultyBuckets {
  const timers = new Set<NodeJS.Timeout>();
  return {
    ...inner,
    get pending() {
      return timers.size;
    },
    onChange(listener) {
      const tellTwice = (change: ObjectChange): void => {
        listener(change);
        const words = ["s3", change.bucket, change.key] as const;
        if (!decisions.happens("duplicates", ...words)) return;
        const waitMs = (decisions.number("wait", ...words) * 2 - 1) * WITHIN_MS;
        if (waitMs <= 0) return listener(change);
        const timer = setTimeout(() => {
          timers.delete(timer);
          listener(change);
        }, waitMs);
        timers.add(timer);
      };
      return inner.onChange(tellTwice);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
