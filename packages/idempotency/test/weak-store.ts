import type { Attributes, ItemWrite, Store } from "../src/store.ts";
import { readItems } from "./read-items.ts";

/** A guard that is broken: that of inserts, or one attribute of the guards of updates, in one table. */
export type Broken =
  | { readonly table: string; readonly guard: "insert" }
  | { readonly table: string; readonly guard: "update"; readonly attribute: string };

/** A store that leaves one guard out, as a hand that breaks a condition expression would. */
export function weakStore(store: Store, broken: Broken): Store {
  return {
    ...store,
    write: async (batch) => store.write(await weakened(batch)),
    transact: async (writes) => store.transact(await weakened(writes)),
  };

  function weakened(writes: readonly ItemWrite[]): Promise<ItemWrite[]> {
    return Promise.all(writes.map(weaken));
  }

  async function weaken(itemWrite: ItemWrite): Promise<ItemWrite> {
    const { table, key, write } = itemWrite;
    if (table !== broken.table || write.kind !== broken.guard) return itemWrite;
    const [stored] = await readItems(store, [itemWrite]);
    if (stored === undefined) return itemWrite;
    const holdsAnyway = without(stored, ...Object.keys(key));
    if (write.kind === "insert") {
      return { ...itemWrite, write: { kind: "update", set: write.item, where: holdsAnyway } };
    }
    const left = broken.guard === "update" ? without(write.where, broken.attribute) : write.where;
    const where = Object.keys(left).length === 0 ? holdsAnyway : left;
    return { ...itemWrite, write: { ...write, where } };
  }
}

function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}
