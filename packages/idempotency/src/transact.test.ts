import { describe, expect, it } from "vitest";
import { CLOCK_SKEW_MARGIN_MS } from "./marker.ts";
import { memoryStore } from "./memory-store.ts";
import type { ItemWrite, Store, TransactResult } from "./store.ts";
import { createTransact, type TransactOptions } from "./transact.ts";
import { readItems } from "../test/read-items.ts";

const TTL_SECONDS = 60;

function setUp(store: Store, changes: Partial<TransactOptions> = {}) {
  let now = 1_700_000_000_000;
  const clock = { now: () => now, sleep: async (ms: number) => void (now += ms) };
  const transact = createTransact({
    store,
    table: "markers",
    ttlSeconds: TTL_SECONDS,
    clock,
    random: () => 0.5,
    ...changes,
  });
  const endsAt = now + 10_000;
  const request = { key: "k", fingerprint: "f", remainingMs: () => endsAt - now };
  return { transact, request, pass: (ms: number) => void (now += ms) };
}

const insert = (id: string, n = 1): ItemWrite => ({
  table: "effects",
  key: { id },
  write: { kind: "insert", item: { n } },
});
const read = (store: Store, ...ids: string[]) =>
  readItems(
    store,
    ids.map((id) => ({ table: "effects", key: { id } })),
  );

/** Answers the first transactions as the script says: a lost answer is written and then answered as throttled. */
function scripted(inner: Store, script: readonly ("throttled" | "lost")[]): Store {
  let calls = 0;
  return {
    ...inner,
    async transact(writes) {
      const step = script[calls];
      calls += 1;
      if (step === undefined) return inner.transact(writes);
      if (step === "lost") await inner.transact(writes);
      return { kind: "throttled", error: step } satisfies TransactResult;
    },
  };
}

describe("The transact strategy", () => {
  it("applies all effects once and takes the next delivery for a duplicate", async () => {
    const store = memoryStore();
    const { transact, request } = setUp(store);
    expect(await transact.run(request, [insert("a"), insert("b")])).toEqual({ kind: "applied" });
    expect(await transact.run(request, [insert("a"), insert("b")])).toEqual({ kind: "duplicate" });
    expect(await transact.run(request, [insert("c")])).toEqual({ kind: "duplicate" });
    expect(await read(store, "a", "b", "c")).toEqual([{ id: "a", n: 1 }, { id: "b", n: 1 }, undefined]);
  });

  it("tells another payload under the same key as a conflict, with both fingerprints", async () => {
    const store = memoryStore();
    const { transact, request } = setUp(store);
    await transact.run(request, [insert("a")]);
    const outcome = await transact.run({ ...request, fingerprint: "g" }, [insert("b")]);
    expect(outcome).toEqual({ kind: "conflict", stored: "f", given: "g" });
    expect(await read(store, "b")).toEqual([undefined]);
  });

  it("writes nothing, the marker neither, where an effect's own guard does not hold, and says which", async () => {
    const store = memoryStore();
    await store.write([insert("b", 7)]);
    const { transact, request } = setUp(store);
    expect(await transact.run(request, [insert("a"), insert("b")])).toEqual({
      kind: "condition-failed",
      positions: [1],
    });
    expect(await transact.run(request, [insert("a")])).toEqual({ kind: "applied" });
  });

  it("tries again when throttled, and knows its own transaction when the answer was lost", async () => {
    const store = memoryStore();
    const { transact, request } = setUp(scripted(store, ["throttled", "lost"]));
    expect(await transact.run(request, [insert("a")])).toEqual({ kind: "applied" });
    expect(await read(store, "a")).toEqual([{ id: "a", n: 1 }]);
  });

  it("gives up at the deadline and says that a retry may do better", async () => {
    const store: Store = { ...memoryStore(), transact: async () => ({ kind: "throttled", error: "down" }) };
    const { transact, request } = setUp(store);
    await expect(transact.run(request, [insert("a")])).rejects.toMatchObject({ code: "STORE_FAILED", retryable: true });
  });

  it("fails at once when the store refuses for good", async () => {
    const store: Store = {
      ...memoryStore(),
      transact: async () => ({ kind: "failed", code: "AccessDenied", error: "no" }),
    };
    const { transact, request } = setUp(store);
    await expect(transact.run(request, [insert("a")])).rejects.toMatchObject({
      reason: "AccessDenied",
      retryable: false,
    });
  });

  it("takes an expired marker for absent, and lets one of two racing runs replace it", async () => {
    const store = memoryStore();
    const { transact, request, pass } = setUp(store);
    await transact.run(request, [insert("a")]);
    pass(TTL_SECONDS * 1_000);
    const late = { ...request, remainingMs: () => 10_000 };
    expect(await transact.run(late, [insert("b")])).toEqual({ kind: "duplicate" });
    pass(CLOCK_SKEW_MARGIN_MS + 1_000);
    const runs = await Promise.all([transact.run(late, [insert("b")]), transact.run(late, [insert("c")])]);
    expect(runs.map(({ kind }) => kind).sort()).toEqual(["applied", "duplicate"]);
    expect((await read(store, "b", "c")).filter((item) => item !== undefined)).toHaveLength(1);
  });

  it("refuses an empty key and an empty fingerprint", async () => {
    const { transact, request } = setUp(memoryStore());
    await expect(transact.run({ ...request, key: "" }, [])).rejects.toMatchObject({ code: "MISSING_KEY" });
    await expect(transact.run({ ...request, fingerprint: "" }, [])).rejects.toMatchObject({ code: "MISSING_KEY" });
  });
});
