import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { memoryStore } from "./memory-store.ts";
import { packedStore } from "./packed-store.ts";
import { describeStore } from "../test/store-contract.ts";
import type { ItemWrite, Store, TransactResult } from "./store.ts";
import { readItems } from "../test/read-items.ts";

const shared = packedStore(memoryStore());
describeStore("The packed store", () => ({ store: shared, single: "single", double: "double" }));

const insert = (id: string, n = 1): ItemWrite => ({ table: "t", key: { id }, write: { kind: "insert", item: { n } } });
const ref = (id: string) => ({ table: "t", key: { id } });
const ids = (count: number) => Array.from({ length: count }, () => randomUUID());

/** Notes the size of each call. */
function counting(changes: Partial<Store> = {}) {
  const inner: Store = { ...memoryStore(), ...changes };
  const write = vi.fn<Store["write"]>((batch) => inner.write(batch));
  const read = vi.fn<Store["read"]>((refs) => inner.read(refs));
  const transact = vi.fn<Store["transact"]>((writes) => inner.transact(writes));
  const sizes = (calls: { mock: { calls: [readonly unknown[]][] } }) => calls.mock.calls.map(([asked]) => asked.length);
  return {
    store: packedStore({ write, read, transact }),
    calls: () => ({ write: sizes(write), read: sizes(read), transact: sizes(transact) }),
  };
}

describe("The packed store", () => {
  it("makes one call of all writes, and one of all reads, of a turn, and answers each asker", async () => {
    const { store, calls } = counting();
    const results = await Promise.all([store.write([insert("a")]), store.write([insert("a", 2), insert("b")])]);
    expect(results).toEqual([[{ kind: "written" }], [{ kind: "condition-failed" }, { kind: "written" }]]);
    const items = await Promise.all([readItems(store, [ref("b"), ref("c")]), readItems(store, [ref("a")])]);
    expect(items).toEqual([[{ id: "b", n: 1 }, undefined], [{ id: "a", n: 1 }]]);
    expect(calls()).toEqual({ write: [3], read: [3], transact: [] });
  });

  it("asks at once in the next turn, whatever call is still open", async () => {
    const inner = memoryStore();
    const slow = Promise.withResolvers<void>();
    let calls = 0;
    const write: Store["write"] = async (batch) => {
      calls += 1;
      if (calls === 1) await slow.promise;
      return inner.write(batch);
    };
    const { store } = counting({ write });
    const held = store.write([insert("a")]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await store.write([insert("b")])).toEqual([{ kind: "written" }]);
    slow.resolve();
    expect(await held).toEqual([{ kind: "written" }]);
  });

  it("fails him alone who asks without a key, and all where the store fails", async () => {
    const { store } = counting();
    const [good, bad] = await Promise.allSettled([store.write([insert("a")]), store.write([insert("")])]);
    expect(good).toMatchObject({ status: "fulfilled" });
    expect(bad).toMatchObject({ reason: { code: "MISSING_KEY" } });
    const broken = counting({ read: () => Promise.reject(new Error("down")) }).store;
    const reads = await Promise.allSettled([readItems(broken, [ref("a")]), readItems(broken, [ref("b")])]);
    expect(reads).toMatchObject([{ reason: { message: "down" } }, { reason: { message: "down" } }]);
  });

  it("packs transactions up to the limit, and keeps each whole", async () => {
    const { store, calls } = counting();
    const jobs = Array.from({ length: 60 }, () => ids(3).map((id) => insert(id)));
    const results = await Promise.all(jobs.map((writes) => store.transact(writes)));
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(["written"]));
    expect(calls().transact).toEqual([99, 81]);
  });

  it("takes a cancelled call apart: whose guards do not hold is refused with positions of its own, the rest goes again", async () => {
    const { store, calls } = counting();
    await store.write([insert("old"), insert("older")]);
    const results = await Promise.all([
      store.transact([insert("a"), insert("b")]),
      store.transact([insert("c"), insert("old")]),
      store.transact([insert("older")]),
      store.transact([insert("d")]),
    ]);
    expect(results).toEqual([
      { kind: "written" },
      { kind: "condition-failed", positions: [1] },
      { kind: "condition-failed", positions: [0] },
      { kind: "written" },
    ]);
    expect(calls().transact).toEqual([6, 3]);
    const found = await readItems(store, ["a", "b", "c", "d"].map(ref));
    expect(found.map((item) => item !== undefined)).toEqual([true, true, false, true]);
  });

  it("applies transactions that meet in an item one after another, in the order given", async () => {
    const { store, calls } = counting();
    const step = (from: number): ItemWrite => ({
      ...ref("x"),
      write: { kind: "update", set: { n: from + 1 }, where: { n: from } },
    });
    await store.write([insert("x", 0)]);
    const results = await Promise.all([
      store.transact([step(0), insert("a")]),
      store.transact([step(1), insert("b")]),
      store.transact([insert("c")]),
      store.transact([insert("b"), insert("d")]),
    ]);
    expect(results.map(({ kind }) => kind)).toEqual(["written", "written", "written", "condition-failed"]);
    expect(calls().transact).toEqual([3, 2, 2]);
  });

  it("finds out which transaction a call fails for", async () => {
    const inner = memoryStore();
    const denied: TransactResult = { kind: "failed", code: "AccessDenied", error: "no" };
    const { store, calls } = counting({
      transact: async (writes) => (writes.some(({ key }) => key["id"] === "secret") ? denied : inner.transact(writes)),
    });
    const results = await Promise.all(["a", "secret", "b"].map((id) => store.transact([insert(id)])));
    expect(results).toEqual([{ kind: "written" }, denied, { kind: "written" }]);
    expect(calls().transact).toEqual([3, 1, 1, 1]);
  });

  it("says throttled to all of a call that was throttled", async () => {
    const throttled: TransactResult = { kind: "throttled", error: "busy" };
    const { store } = counting({ transact: async () => throttled });
    expect(await Promise.all([store.transact([insert("a")]), store.transact([insert("b")])])).toEqual([
      throttled,
      throttled,
    ]);
  });
});
