import * as fc from "fast-check";
import { expect } from "vitest";
import { createInline, type InlineDecision } from "../src/inline.ts";
import type { Attributes, Store } from "../src/store.ts";
import { createWorld, deliveries, INVOCATION_MS, isDeliveredAgain, openWorker, redeliver } from "./simulation.ts";
import { readItems } from "./read-items.ts";

interface Deposit {
  readonly account: "a" | "b";
  readonly id: string;
  readonly amount: number;
}
const batches = fc.array(
  fc.record<Deposit>({
    account: fc.constantFrom("a", "b"),
    id: fc.constantFrom("1", "2", "3"),
    amount: fc.constantFrom(10, 10, 10, 99),
  }),
  { minLength: 1, maxLength: 5 },
);

function decideDeposit(stored: Attributes | undefined, { id, amount }: Deposit): InlineDecision {
  if (stored === undefined) return { kind: "write", write: { kind: "insert", item: { version: 1, [id]: amount } } };
  if (stored[id] === amount) return { kind: "duplicate" };
  if (stored[id] !== undefined) return { kind: "conflict", stored: JSON.stringify(stored[id]), given: String(amount) };
  const version = Number(stored["version"]);
  return { kind: "write", write: { kind: "update", set: { version: version + 1, [id]: amount }, where: { version } } };
}

/** Notes the version that each write gave an account, to see that each was one step. */
function watching(store: Store): { store: Store; versions: Map<unknown, unknown[]> } {
  const versions = new Map<unknown, unknown[]>();
  const write: Store["write"] = async (batch) => {
    const results = await store.write(batch);
    for (const [at, { key, write: done }] of batch.entries()) {
      if (results[at]?.kind !== "written") continue;
      const { version } = done.kind === "insert" ? done.item : done.set;
      versions.set(key["id"], [...(versions.get(key["id"]) ?? []), version]);
    }
    return results;
  };
  return { store: { ...store, write }, versions };
}

/** Whatever crashes, is lost, repeated or out of order, each event changes its item exactly once. */
export function inlineHistory(open: () => Store) {
  return fc.asyncProperty(
    fc.scheduler(),
    fc.array(fc.tuple(batches, deliveries), { minLength: 1, maxLength: 3 }),
    async (scheduler, workers) => {
      const world = createWorld(scheduler);
      const { store: shared, versions } = watching(open());
      const runs = workers.map(([batch, scripts]) =>
        redeliver(scripts, async (script) => {
          const { store, clock } = openWorker(world, shared, script);
          const inline = createInline<Deposit>({
            store,
            clock,
            table: "accounts",
            keyOf: ({ account }) => ({ id: account }),
            propose: ({ id, amount }) => ({ kind: "insert", item: { version: 1, [id]: amount } }),
            decide: decideDeposit,
          });
          const endsAt = clock.now() + INVOCATION_MS;
          try {
            const outcomes = await inline.apply(batch, { remainingMs: () => endsAt - clock.now() });
            expect(outcomes).toHaveLength(batch.length);
            const items = await readItems(
              shared,
              batch.map(({ account }) => ({ table: "accounts", key: { id: account } })),
            );
            for (const [at, { kind }] of outcomes.entries()) {
              const same = items[at]?.[batch[at]!.id] === batch[at]!.amount;
              if (kind !== "failed") expect(same).toBe(kind !== "conflict");
            }
            // Alone, and after no crash, every first of its kind is one's own write, whatever answers were lost.
            if (workers.length === 1 && script === scripts[0]) {
              const kinds = new Map<string, string>();
              for (const [at, { account, id }] of batch.entries()) {
                const first = !kinds.has(`${account}${id}`);
                if (first) kinds.set(`${account}${id}`, outcomes[at]!.kind);
              }
              for (const kind of kinds.values()) expect(["applied", "failed"]).toContain(kind);
            }
            return outcomes.every(({ kind }) => kind !== "failed");
          } catch (error) {
            if (isDeliveredAgain(error)) return false;
            throw error;
          }
        }),
      );
      await scheduler.waitFor(Promise.all(runs));

      for (const account of ["a", "b"] as const) {
        const [item] = await readItems(shared, [{ table: "accounts", key: { id: account } }]);
        const events = workers.flatMap(([batch]) => batch.filter((one) => one.account === account));
        const asked = new Set(events.map(({ id }) => id));
        const kept = Object.keys(item ?? {}).filter((name) => name !== "id" && name !== "version");
        expect(kept.sort()).toEqual([...asked].sort());
        expect(item?.["version"] ?? 0).toBe(asked.size);
        expect(new Set(versions.get(account))).toEqual(new Set(Array.from(asked, (_, at) => at + 1)));
        expect(versions.get(account) ?? []).toHaveLength(asked.size);
      }
    },
  );
}
