import * as fc from "fast-check";
import { expect } from "vitest";
import { createLease, type Grant } from "../src/lease.ts";
import { CLOCK_SKEW_MARGIN_MS } from "../src/marker.ts";
import type { Attributes, Store } from "../src/store.ts";
import {
  deliveries,
  INVOCATION_MS,
  isDeliveredAgain,
  openWorker,
  redeliver,
  START_MS,
  type Worker,
  type World,
} from "./simulation.ts";
import { readItems } from "./read-items.ts";

const LEASE_MS = 6_000;
const REF = { table: "markers", key: { id: "k" } };

const workers = fc.array(
  fc.record({
    scripts: deliveries,
    skewMs: fc.integer({ min: -CLOCK_SKEW_MARGIN_MS / 2, max: CLOCK_SKEW_MARGIN_MS / 2 }),
    workMs: fc.constantFrom(0, 500, 4_000, 20_000),
    fails: fc.boolean(),
    inBatch: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
);

/**
 * Never two valid owners, fencing numbers only grow, nothing runs after its completion is stored, nobody waits for ever.
 * Workers crash, lose answers, sleep beyond their leases, fail, and have clocks that differ by up to the named margin.
 */
export function leaseHistory(open: () => Store) {
  return fc.asyncProperty(fc.scheduler(), workers, async (scheduler, team) => {
    const world: World = { scheduler, nowMs: START_MS };
    const { store: shared, completed } = watching(open());
    const stored = async () => (await readItems(shared, [REF]))[0];
    const fences: number[] = [];
    /** Those at work, and until when they may believe that they hold the lease, by their own clock. */
    const atWork = new Map<string, { untilMs: () => number; now: () => number }>();
    const ends = new Map<string, number>();
    let tokens = 0;

    const runs = team.map(({ scripts, skewMs, workMs, fails, inBatch }) =>
      redeliver(scripts, async (script) => {
        const token = `t${(tokens += 1)}`;
        const worker = openWorker(world, shared, script, skewMs);
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
        const request = { key: "k", fingerprint: "f", remainingMs: () => endsAt - clock.now() };

        async function work({ fence, signal }: Grant): Promise<string> {
          expect(completed()).toBe(false);
          expect(fence).toBeGreaterThan(fences.at(-1) ?? 0);
          fences.push(fence);
          for (const [, other] of atWork) expect(other.now()).toBeGreaterThanOrEqual(other.untilMs());
          atWork.set(token, { now: () => clock.now(), untilMs: () => ends.get(token) ?? 0 });
          await clock.sleep(workMs, signal);
          atWork.delete(token);
          if (fails && script.length > 0) throw new WorkFailed();
          return token;
        }

        try {
          const [outcome] = inBatch
            ? await lease.runAll([request], (_, grant) => work(grant))
            : [await lease.run(request, work)];
          if (outcome?.kind === "failed") throw outcome.error;
          if (outcome?.kind === "done") {
            expect(await stored()).toMatchObject({ status: "done", result: JSON.stringify(token) });
          }
          if (outcome?.kind === "busy") await clock.sleep(outcome.untilMs - clock.now());
          return outcome?.kind === "done" || outcome?.kind === "duplicate";
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
