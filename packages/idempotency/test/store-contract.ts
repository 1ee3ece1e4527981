import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Attributes, ItemWrite, Store, Write } from "../src/store.ts";
import { readItems } from "./read-items.ts";

/** A store under test, with two tables: `single` by the partition key `id`, `double` by `id` and the number `version`. */
export interface StoreUnderTest {
  readonly store: Store;
  readonly single: string;
  readonly double: string;
}

/**
 * What every store must hold to. Call it in a test file; `open` is called in each test, and may give the same store each
 * time, since every test works on keys of its own.
 */
export function describeStore(name: string, open: () => StoreUnderTest): void {
  describe(`${name} keeps the store contract`, () => {
    const insert = (item: Attributes): Write => ({ kind: "insert", item });
    const update = (set: Attributes, where: Attributes): Write => ({ kind: "update", set, where });
    const at = (table: string, id: string, write: Write): ItemWrite => ({ table, key: { id }, write });
    const kinds = (results: readonly { kind: string }[]) => results.map(({ kind }) => kind);

    it("inserts an item once and keeps the first one", async () => {
      const { store, single } = open();
      const id = randomUUID();
      expect(kinds(await store.write([at(single, id, insert({ n: 1 }))]))).toEqual(["written"]);
      expect(kinds(await store.write([at(single, id, insert({ n: 2 }))]))).toEqual(["condition-failed"]);
      expect(await readItems(store, [{ table: single, key: { id } }])).toEqual([{ id, n: 1 }]);
    });

    it("gives back every kind of value as it was", async () => {
      const { store, single } = open();
      const id = randomUUID();
      const item = {
        text: "Zürich ☃ \"quoted\" 'single'",
        empty: "",
        whole: 9_007_199_254_740_991,
        part: -957.5775,
        yes: true,
        no: false,
        nothing: null,
        list: [1, "two", [3], {}, []],
        map: { deep: { deeper: ["x"] }, "odd name.with:signs": 1 },
        select: "a reserved word",
      };
      await store.write([at(single, id, insert(item))]);
      expect(await readItems(store, [{ table: single, key: { id } }])).toEqual([{ ...item, id }]);
    });

    it("updates only where every guarded attribute is equal", async () => {
      const { store, single } = open();
      const id = randomUUID();
      await store.write([at(single, id, insert({ version: 1, status: "placed", other: "kept" }))]);
      const guards = [{ version: 2 }, { version: 1, status: "cancelled" }, { absent: "x" }, { version: "1" }];
      for (const where of guards) {
        expect(kinds(await store.write([at(single, id, update({ version: 9 }, where))]))).toEqual(["condition-failed"]);
      }
      const right = update({ version: 2, placed: { a: [1] } }, { version: 1, status: "placed" });
      expect(kinds(await store.write([at(single, id, right)]))).toEqual(["written"]);
      expect(await readItems(store, [{ table: single, key: { id } }])).toEqual([
        { id, version: 2, status: "placed", other: "kept", placed: { a: [1] } },
      ]);
    });

    it("may set an attribute that it also guards", async () => {
      const { store, single } = open();
      const id = randomUUID();
      await store.write([at(single, id, insert({ version: 1 }))]);
      expect(kinds(await store.write([at(single, id, update({ version: 2 }, { version: 1 }))]))).toEqual(["written"]);
      expect(kinds(await store.write([at(single, id, update({ version: 2 }, { version: 1 }))]))).toEqual([
        "condition-failed",
      ]);
    });

    it("refuses to update what does not exist, and does not create it", async () => {
      const { store, single } = open();
      const id = randomUUID();
      expect(kinds(await store.write([at(single, id, update({ a: 1 }, { b: 1 }))]))).toEqual(["condition-failed"]);
      expect(await readItems(store, [{ table: single, key: { id } }])).toEqual([undefined]);
    });

    it("settles each write of a batch by itself, whatever becomes of its neighbours", async () => {
      const { store, single } = open();
      const [old, young, strange] = [randomUUID(), randomUUID(), randomUUID()];
      await store.write([at(single, old, insert({ n: 1 }))]);
      const results = await store.write([
        at(single, old, insert({ n: 2 })),
        at(single, strange, update({ n: 1 }, {})),
        at(single, young, insert({ n: 3 })),
      ]);
      expect(kinds(results)).toEqual(["condition-failed", "failed", "written"]);
      expect(results[1]).toMatchObject({ code: "ValidationError" });
      const refs = [old, strange, young].map((id) => ({ table: single, key: { id } }));
      expect(await readItems(store, refs)).toEqual([{ id: old, n: 1 }, undefined, { id: young, n: 3 }]);
    });

    it("takes more writes and reads than fit into one call, and answers in order", async () => {
      const { store, single } = open();
      const ids = Array.from({ length: 120 }, () => randomUUID());
      await store.write(ids.filter((_, n) => n % 3 === 0).map((id) => at(single, id, insert({ n: -1 }))));
      const results = await store.write(ids.map((id, n) => at(single, id, insert({ n }))));
      expect(kinds(results)).toEqual(ids.map((_, n) => (n % 3 === 0 ? "condition-failed" : "written")));
      const items = await readItems(
        store,
        ids.map((id) => ({ table: single, key: { id } })),
      );
      expect(items).toEqual(ids.map((id, n) => ({ id, n: n % 3 === 0 ? -1 : n })));
    });

    it("applies writes of one item inside a batch in the order given", async () => {
      const { store, single } = open();
      const id = randomUUID();
      const results = await store.write([
        at(single, id, insert({ version: 1 })),
        at(single, id, insert({ version: 7 })),
        at(single, id, update({ version: 2 }, { version: 1 })),
      ]);
      expect(kinds(results)).toEqual(["written", "condition-failed", "written"]);
      expect(await readItems(store, [{ table: single, key: { id } }])).toEqual([{ id, version: 2 }]);
    });

    it("reads one item asked for twice, and several tables at once", async () => {
      const { store, single, double } = open();
      const id = randomUUID();
      await store.write([
        at(single, id, insert({ a: 1 })),
        { table: double, key: { id, version: 3 }, write: insert({ a: 2 }) },
      ]);
      const one = { table: single, key: { id } };
      const two = { table: double, key: { id, version: 3 } };
      const items = [
        { id, a: 1 },
        { id, version: 3, a: 2 },
      ];
      expect(await readItems(store, [one, two, one])).toEqual([...items, items[0]]);
    });

    it("tells items of one partition apart by their sort key", async () => {
      const { store, double } = open();
      const id = randomUUID();
      const results = await store.write([
        { table: double, key: { id, version: 1 }, write: insert({ a: 1 }) },
        { table: double, key: { id, version: 2 }, write: insert({ a: 2 }) },
        { table: double, key: { id, version: 1 }, write: insert({ a: 3 }) },
        { table: double, key: { id, version: 2 }, write: update({ a: 4 }, { a: 2 }) },
      ]);
      expect(kinds(results)).toEqual(["written", "written", "condition-failed", "written"]);
      expect(await readItems(store, [{ table: double, key: { version: 2, id } }])).toEqual([{ id, version: 2, a: 4 }]);
    });

    it("lets exactly one of many racing writers change an item", async () => {
      const { store, single } = open();
      const id = randomUUID();
      const inserts = await Promise.all(
        Array.from({ length: 8 }, (_, n) => store.write([at(single, id, insert({ version: 1, n }))])),
      );
      expect(kinds(inserts.flat()).filter((kind) => kind === "written")).toHaveLength(1);
      const updates = await Promise.all(
        Array.from({ length: 8 }, (_, n) => store.write([at(single, id, update({ version: 2, n }, { version: 1 }))])),
      );
      expect(kinds(updates.flat()).filter((kind) => kind === "written")).toHaveLength(1);
    });

    it("fails a write without a guard, without a change, or that names a key again", async () => {
      const { store, single } = open();
      const id = randomUUID();
      await store.write([at(single, id, insert({ a: 1 }))]);
      const wrong = [
        update({ a: 2 }, {}),
        update({}, { a: 1 }),
        update({ id: "other" }, { a: 1 }),
        insert({ 'a"b': 1 }),
      ];
      for (const write of wrong) {
        expect(await store.write([at(single, id, write)])).toMatchObject([{ kind: "failed", code: "ValidationError" }]);
        expect(await store.transact([at(single, id, write)])).toMatchObject({
          kind: "failed",
          code: "ValidationError",
        });
      }
      expect(await readItems(store, [{ table: single, key: { id } }])).toEqual([{ id, a: 1 }]);
    });

    it("never takes an empty key, nor a number that is not exact", async () => {
      const { store, single, double } = open();
      const inexact = { table: double, key: { id: "x", version: 2 ** 60 } };
      await expect(readItems(store, [inexact])).rejects.toMatchObject({ code: "MISSING_KEY" });
      await expect(store.write([{ ...inexact, write: insert({ a: 1 }) }])).rejects.toMatchObject({
        code: "MISSING_KEY",
      });
      await expect(store.write([at(single, "", insert({ a: 1 }))])).rejects.toMatchObject({ code: "MISSING_KEY" });
      await expect(store.transact([at(single, "", insert({ a: 1 }))])).rejects.toMatchObject({ code: "MISSING_KEY" });
      await expect(readItems(store, [{ table: single, key: { id: "" } }])).rejects.toMatchObject({
        code: "MISSING_KEY",
      });
      await expect(readItems(store, [{ table: single, key: {} }])).rejects.toMatchObject({ code: "MISSING_KEY" });
    });

    it("applies a transaction whole", async () => {
      const { store, single, double } = open();
      const id = randomUUID();
      const marker = { table: double, key: { id, version: 1 } };
      await store.write([at(single, id, insert({ n: 1, "odd name": "x" }))]);
      const result = await store.transact([
        at(single, id, update({ n: 2, "odd name": "y" }, { n: 1, "odd name": "x" })),
        { ...marker, write: insert({ done: true }) },
      ]);
      expect(result).toEqual({ kind: "written" });
      expect(await readItems(store, [{ table: single, key: { id } }, marker])).toEqual([
        { id, n: 2, "odd name": "y" },
        { id, version: 1, done: true },
      ]);
    });

    it("applies nothing of a transaction whose guards do not all hold, and says which", async () => {
      const { store, single } = open();
      const [old, young, gone] = [randomUUID(), randomUUID(), randomUUID()];
      await store.write([at(single, old, insert({ n: 1 }))]);
      const result = await store.transact([
        at(single, young, insert({ n: 1 })),
        at(single, old, insert({ n: 2 })),
        at(single, gone, update({ n: 1 }, { n: 0 })),
      ]);
      expect(result).toEqual({ kind: "condition-failed", positions: [1, 2] });
      const refs = [young, old, gone].map((id) => ({ table: single, key: { id } }));
      expect(await readItems(store, refs)).toEqual([undefined, { id: old, n: 1 }, undefined]);
    });

    it("updates in a transaction only where every guarded attribute is equal", async () => {
      const { store, single } = open();
      const id = randomUUID();
      await store.write([at(single, id, insert({ version: 1, status: "placed" }))]);
      const guards = [
        { version: 2, status: "placed" },
        { version: 1, status: "cancelled" },
        { version: 1, absent: "x" },
      ];
      for (const where of guards) {
        const result = await store.transact([at(single, id, update({ version: 9 }, where))]);
        expect(result).toEqual({ kind: "condition-failed", positions: [0] });
      }
      expect(await readItems(store, [{ table: single, key: { id } }])).toEqual([{ id, version: 1, status: "placed" }]);
    });

    it("fails a transaction that changes one item twice", async () => {
      const { store, single } = open();
      const id = randomUUID();
      const result = await store.transact([at(single, id, insert({ n: 1 })), at(single, id, insert({ n: 2 }))]);
      expect(result).toMatchObject({ kind: "failed", code: "ValidationError" });
    });

    it("answers nothing for nothing", async () => {
      const { store } = open();
      expect(await store.write([])).toEqual([]);
      expect(await readItems(store, [])).toEqual([]);
    });
  });
}
