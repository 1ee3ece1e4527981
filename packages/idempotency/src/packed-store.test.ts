import { describe, expect, it, vi } from "vitest";
import { memoryStore } from "./memory-store.ts";
import { packedStore } from "./packed-store.ts";
import { describeStore } from "../test/store-contract.ts";
import type { ItemStore, ItemWrite } from "./store.ts";
import { readItems } from "../test/read-items.ts";

const behind = memoryStore();
const shared = { ...behind, ...packedStore(behind) };
describeStore("The packed store", () => ({ store: shared, single: "single", double: "double" }));

const insert = (id: string, n = 1): ItemWrite => ({ table: "t", key: { id }, write: { kind: "insert", item: { n } } });
const ref = (id: string) => ({ table: "t", key: { id } });

/** Notes the size of each call. */
function counting(changes: Partial<ItemStore> = {}) {
  const inner: ItemStore = { ...memoryStore(), ...changes };
  const write = vi.fn<ItemStore["write"]>((batch) => inner.write(batch));
  const read = vi.fn<ItemStore["read"]>((refs) => inner.read(refs));
  const sizes = (calls: { mock: { calls: [readonly unknown[]][] } }) => calls.mock.calls.map(([asked]) => asked.length);
  return {
    store: packedStore({ write, read }),
    calls: () => ({ write: sizes(write), read: sizes(read) }),
  };
}

describe("The packed store", () => {
  it("makes one call of all writes, and one of all reads, of a turn, and answers each asker", async () => {
    const { store, calls } = counting();
    const results = await Promise.all([store.write([insert("a")]), store.write([insert("a", 2), insert("b")])]);
    expect(results).toEqual([[{ kind: "written" }], [{ kind: "condition-failed" }, { kind: "written" }]]);
    const items = await Promise.all([readItems(store, [ref("b"), ref("c")]), readItems(store, [ref("a")])]);
    expect(items).toEqual([[{ id: "b", n: 1 }, undefined], [{ id: "a", n: 1 }]]);
    expect(calls()).toEqual({ write: [3], read: [3] });
  });

  it("asks at once in the next turn, whatever call is still open", async () => {
    const inner = memoryStore();
    const slow = Promise.withResolvers<void>();
    let calls = 0;
    const write: ItemStore["write"] = async (batch) => {
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

  it("fails alone what asks without a key, and all where the store fails", async () => {
    const { store } = counting();
    const [good, bad] = await Promise.allSettled([store.write([insert("a")]), store.write([insert("")])]);
    expect(good).toMatchObject({ status: "fulfilled" });
    expect(bad).toMatchObject({ reason: { code: "MISSING_KEY" } });
    const broken = counting({ read: () => Promise.reject(new Error("down")) }).store;
    const reads = await Promise.allSettled([readItems(broken, [ref("a")]), readItems(broken, [ref("b")])]);
    expect(reads).toMatchObject([{ reason: { message: "down" } }, { reason: { message: "down" } }]);
  });
});
