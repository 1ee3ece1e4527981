import { itemOf } from "../src/read-item.ts";
import type { Attributes, ItemRef, ItemStore } from "../src/store.ts";

/** Reads items, `undefined` for an absent one. Throws where one cannot be read. */
export async function readItems(store: ItemStore, refs: readonly ItemRef[]): Promise<(Attributes | undefined)[]> {
  return (await store.read(refs)).map(itemOf);
}
