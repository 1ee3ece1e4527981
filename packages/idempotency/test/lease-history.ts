import * as fc from "fast-check";
import { expect } from "vitest";
import { createLease, type LeaseHandle } from "../src/lease.ts";
import { CLOCK_SKEW_MARGIN_MS } from "../src/marker.ts";
import { fingerprint } from "../src/fingerprint.ts";
import type { Attributes, Store } from "../src/store.ts";
import {
  type ClockFaults,
  createWorld,
  deliveries,
  INVOCATION_MS,
  isDeliveredAgain,
  openWorker,
  redeliver,
  type Worker,
} from "./simulation.ts";
import { readItems } from "./read-items.ts";

const LEASE_MS = 6_000;
const REF = { table: "markers", key: { id: "k" } };

/** Two clocks are never further apart than the margin, and neither are two timers of a lease's length. */
const MAX_DRIFT = 0.01;
const MAX_OFF_MS = CLOCK_SKEW_MARGIN_MS / 2 - 2 * MAX_DRIFT * LEASE_MS;
const clockFaults = fc.record<ClockFaults>({
  skewMs: fc.integer({ min: -MAX_OFF_MS, max: MAX_OFF_MS }),
  drift: fc.constantFrom(0, MAX_DRIFT, -MAX_DRIFT),
  maxOffMs: fc.constant(MAX_OFF_MS),
  lateMs: fc.constantFrom(0, 0, 0, 2_000, 20_000),
});

const workers = fc.array(
  fc.record({
    scripts: deliveries,
    clockFaults,
    workMs: fc.constantFrom(0, 500, 4_000, 20_000),
    fails: fc.boolean(),
    asOutcome: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
);

/**
 * Never two valid owners, fencing numbers only grow, nothing runs after its completion is stored, nobody waits for ever.
 * Workers crash, lose answers, freeze beyond their leases, fail, have calls that hang or take effect late, and clocks and
 * timers that differ by up to the named margin. One that does not freeze is told of its lease's end before another works.
 */
export function leaseHistory(open: () => Store) {
  return fc.asyncProperty(fc.scheduler(), workers, async (scheduler, team) => {
    const world = createWorld(scheduler);
    const { store: shared, completed } = watching(open());
    const stored = async () => (await readItems(shared, [REF]))[0];
    const fences: number[] = [];
    /** Those at work, and whether they must know that they no longer hold the lease, or, frozen, could not know it yet. */
    const atWork = new Map<string, () => boolean>();
    const ends = new Map<string, number>();
    let tokens = 0;

    const runs = team.map(({ scripts, clockFaults: off, workMs, fails, asOutcome }) =>
      redeliver(scripts, async (script) => {
        const token = `t${(tokens += 1)}`;
        // Faults end, a freeze too.
        const lateMs = script.length > 0 ? off.lateMs : 0;
        const worker = openWorker(world, shared, script, { ...off, lateMs });
        const { clock } = worker;
        const endsAt = clock.now() + INVOCATION_MS;
        const lease = createLease({
          store: noting(worker, (untilMs) => ends.set(token, untilMs)),
          clock,
          table: REF.table,
          leaseMs: LEASE_MS,
          ttlSeconds: 86_400,
          token: () => token,
        });
        const request = { key: "k", fingerprint: fingerprint("f"), remainingMs: () => endsAt - clock.now() };

        async function work({ fence, signal }: LeaseHandle): Promise<string> {
          expect(completed()).toBe(false);
          expect(fence).toBeGreaterThan(fences.at(-1) ?? 0);
          fences.push(fence);
          for (const [, isOver] of atWork) expect(isOver()).toBe(true);
          const isFrozen = () => lateMs > 0 && clock.now() >= (ends.get(token) ?? 0);
          atWork.set(token, () => signal.aborted || isFrozen());
          await clock.sleep(workMs, signal);
          atWork.delete(token);
          if (fails && script.length > 0) throw new WorkFailed();
          return token;
        }

        try {
          const outcome = asOutcome
            ? await lease.runRecord(
                identity,
                "",
                { ...request, signal: never },
                async (handle) => void (await work(handle)),
              )
            : await lease.run(request, work);
          if (outcome.kind === "failed") throw outcome.error;
          if (outcome.kind === "applied") {
            const result = asOutcome ? "" : JSON.stringify(token);
            expect(await stored()).toMatchObject({ status: "done", result });
          }
          if (outcome.kind === "busy") await clock.sleep(outcome.untilMs - clock.now());
          return outcome.kind === "applied" || outcome.kind === "duplicate";
        } catch (error) {
          if (isDeliveredAgain(error)) return false;
          throw error;
        } finally {
          atWork.delete(token);
        }
      }),
    );
    await scheduler.waitFor(Promise.all(runs));
    expect(await stored()).toMatchObject({ status: "done", fence: fences.at(-1) });
  });
}

/** The same work as that of the request. */
const identity = { keyOf: () => "k", payloadOf: () => "f" };
const never = new AbortController().signal;

class WorkFailed extends Error {
  readonly code = "WORK_FAILED";
}

/** Sees completions as they are stored, whatever the worker learns of them. */
function watching(store: Store): { store: Store; completed: () => boolean } {
  let completed = false;
  const write: Store["write"] = async (batch) => {
    const results = await store.write(batch);
    completed ||= batch.some((each, at) => results[at]?.kind === "written" && setOf(each.write)["status"] === "done");
    return results;
  };
  return { store: { ...store, write }, completed: () => completed };
}

/** Tells the worker's own end of its lease each time that it learns of one. */
function noting({ store }: Worker, note: (untilMs: number) => void): Store {
  return {
    ...store,
    async write(batch) {
      const results = await store.write(batch);
      for (const [at, each] of batch.entries()) {
        const { leaseUntilMs } = setOf(each.write);
        if (results[at]?.kind === "written" && typeof leaseUntilMs === "number") note(leaseUntilMs);
      }
      return results;
    },
  };
}

function setOf(write: Parameters<Store["write"]>[0][number]["write"]): Attributes {
  return write.kind === "insert" ? write.item : write.set;
}
