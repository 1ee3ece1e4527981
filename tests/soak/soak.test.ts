import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore } from "@doorbell/idempotency/memory-store";
import type { ItemStore, ItemWrite, WriteResult } from "@doorbell/idempotency/store";
import { expect, it } from "vitest";
import { describeStore } from "../../packages/idempotency/test/store-contract.ts";
import { chooseSeed } from "../support/seeded-random.ts";
import { watchedStore } from "./change-stream.ts";
import { makeHistory } from "./history.ts";
import { readHistory } from "./read-history.ts";
import { runHistory } from "./run-history.ts";
import { hasFailed, shrink } from "./shrink.ts";
import { soak } from "./soak.ts";
import { VirtualTime } from "./virtual-time.ts";

const memory = memoryStore();
describeStore("The store of the soak", () => ({
  store: { ...watchedStore(memory, () => {}), transact: (writes) => memory.transact(writes) },
  single: "single",
  double: "double",
}));

it("loses nothing and doubles nothing in some thousand faulty deliveries", { timeout: 120_000 }, async () => {
  const seed = chooseSeed();
  const { soaked, failure } = await soak({ deliveries: 3_000, seed });
  expect(failure?.says ?? [], `DOORBELL_SEED=${seed}`).toEqual([]);
  expect(soaked.deliveries).toBeGreaterThanOrEqual(3_000);
  // Else it shows nothing.
  for (const count of [soaked.duplicates, soaked.crashes, soaked.outages]) expect(count).toBeGreaterThan(0);
});

it("comes to the same end again from the same seed", { timeout: 120_000 }, async () => {
  const history = makeHistory(7, 200);
  const { faults, ...first } = await runHistory(history);
  expect(await runHistory(history)).toEqual({ ...first, faults });
  expect(await runHistory({ ...history, faults })).toEqual({ ...first, faults });
});

/** Inserts into the orders table whatever is there: a conditional write without its condition. */
function withoutCondition(store: ItemStore): ItemStore {
  async function writeOne(each: ItemWrite): Promise<readonly WriteResult[]> {
    const results = await store.write([each]);
    const { table, write } = each;
    if (table !== "orders" || write.kind !== "insert" || results[0]?.kind !== "condition-failed") return results;
    const [read] = await store.read([each]);
    const { id: _key, ...where } = (read?.kind === "read" && read.item) || {};
    return store.write([{ ...each, write: { kind: "update", set: write.item, where } }]);
  }
  return { read: (refs) => store.read(refs), write: async (batch) => (await Promise.all(batch.map(writeOne))).flat() };
}

it("finds a write without its condition, and shrinks what finds it to a file that shows it again", async () => {
  const { failure } = await soak({ deliveries: 3_000, seed: 7 }, { weaken: withoutCondition });
  if (failure === undefined) expect.fail("The defect was not found");
  const short = await shrink(failure.history, { weaken: withoutCondition });
  expect(short.sent.length).toBeLessThanOrEqual(2);
  expect(short.faults?.length).toBeLessThanOrEqual(2);

  const folder = mkdtempSync(join(tmpdir(), "doorbell-soak-"));
  try {
    const file = join(folder, "history.json");
    writeFileSync(file, JSON.stringify(short));
    const replayed = readHistory(file);
    expect(hasFailed(await runHistory(replayed, { weaken: withoutCondition }))).toBe(true);
    expect(hasFailed(await runHistory(replayed))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

it("leaves the process's own clock, timers and chance as they were", async () => {
  const before = [setTimeout, setImmediate, clearTimeout, clearImmediate, Date.now, Math.random];
  const time = new VirtualTime();
  const slept = time.run(
    () => 0.5,
    async () => {
      const beganAt = Date.now();
      await time.sleep(3_600_000);
      return [Date.now() - beganAt, Math.random()];
    },
  );
  expect(await slept).toEqual([3_600_000, 0.5]);
  expect([setTimeout, setImmediate, clearTimeout, clearImmediate, Date.now, Math.random]).toEqual(before);
  const forever = time.run(
    () => 0.5,
    () => new Promise<never>(() => {}),
  );
  await expect(forever).rejects.toThrow("Everybody waits");
});

it("is told in the README as it was measured", () => {
  const fileOf = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
  const figures: Readonly<Record<string, number>> & { readonly emulators: Readonly<Record<string, number>> } =
    JSON.parse(fileOf("bench/results/soak.json"));
  const { deliveries, lost, doubled, wrong, crashes, seed, emulators } = figures;
  const readme = fileOf("README.md");
  for (const figure of [deliveries, crashes, emulators["deliveries"], emulators["orders"]])
    expect(readme).toContain(figure?.toLocaleString("en-US"));
  expect(readme).toContain(`--seed ${seed}`);
  expect([lost, doubled, wrong, emulators["differences"]]).toEqual([0, 0, 0, 0]);
});
