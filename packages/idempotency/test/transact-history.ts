import * as fc from "fast-check";
import { expect } from "vitest";
import type { ItemWrite, Store } from "../src/store.ts";
import { createTransact } from "../src/transact.ts";
import {
  createWorld,
  deliveries,
  INVOCATION_MS,
  isDeliveredAgain,
  openWorker,
  redeliver,
  START_MS,
} from "./simulation.ts";
import { readItems } from "./read-items.ts";

const TABLE = "markers";
const KEYS = ["k", "l"] as const;

/** Whatever crashes, is lost or repeated, the effects of one key happen together and once, in batches too. */
export function transactHistory(open: () => Store) {
  return fc.asyncProperty(
    fc.scheduler(),
    fc.array(
      fc.record({
        jobs: fc.array(fc.record({ key: fc.constantFrom(...KEYS), fingerprint: fc.constantFrom("f", "f", "g") }), {
          minLength: 1,
          maxLength: 3,
        }),
        scripts: deliveries,
      }),
      { minLength: 1, maxLength: 3 },
    ),
    fc.boolean(),
    async (scheduler, workers, expiredBefore) => {
      const world = createWorld(scheduler);
      const shared = open();
      const expired = { owner: "old", fingerprint: "g", expiresAt: START_MS / 1_000 - 3_600 };
      if (expiredBefore) {
        await shared.write([{ table: TABLE, key: { id: "k" }, write: { kind: "insert", item: expired } }]);
      }
      const traces: { key: string; id: string; fingerprint: string }[] = [];
      const runs = workers.map(({ jobs, scripts }, worker) =>
        redeliver(scripts, async (script) => {
          const { store, clock } = openWorker(world, shared, script);
          const transact = createTransact({ store, clock, table: TABLE, ttlSeconds: 86_400 });
          const endsAt = clock.now() + INVOCATION_MS;
          const remainingMs = () => endsAt - clock.now();
          const asked = jobs.map(({ key, fingerprint }, at) => {
            const id = `${worker}.${at}`;
            if (!traces.some((trace) => trace.id === id)) traces.push({ key, id, fingerprint });
            return { key, fingerprint, effects: [effect(`${id}.one`), effect(`${id}.other`)] };
          });
          try {
            for (const { effects, ...job } of asked) {
              const outcome = await transact.run({ ...job, remainingMs }, effects);
              expect(outcome.kind).not.toBe("condition-failed");
              if (outcome.kind === "conflict") expect(outcome.stored).not.toBe(outcome.given);
            }
            return true;
          } catch (error) {
            if (isDeliveredAgain(error)) return false;
            throw error;
          }
        }),
      );
      await scheduler.waitFor(Promise.all(runs));

      for (const key of new Set(traces.map((trace) => trace.key))) {
        const ofKey = traces.filter((trace) => trace.key === key);
        const refs = ofKey.flatMap(({ id }) => [effect(`${id}.one`), effect(`${id}.other`)]);
        const items = await readItems(shared, refs);
        const [marker] = await readItems(shared, [{ table: TABLE, key: { id: key } }]);
        const winners = ofKey.filter((_, at) => items[2 * at] !== undefined);
        expect(winners.map(({ fingerprint }) => fingerprint)).toEqual([marker?.["fingerprint"]]);
        expect(items.filter((_, at) => at % 2 === 1).map(Boolean)).toEqual(
          items.filter((_, at) => at % 2 === 0).map(Boolean),
        );
      }
    },
  );
}

function effect(id: string): ItemWrite {
  return { table: "effects", key: { id }, write: { kind: "insert", item: { happened: true } } };
}
