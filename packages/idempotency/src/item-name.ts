import { MissingKey } from "./missing-key.ts";
import type { ItemRef } from "./store.ts";

/**
 * One text per item, equal for two references exactly when they mean the same item.
 *
 * @throws MissingKey when the key has no attribute, or one that is empty, no number or no safe one
 */
export function itemName({ table, key }: ItemRef): string {
  const attributes = Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1));
  if (attributes.length === 0) throw new MissingKey("the key");
  for (const [name, value] of attributes) {
    const usable = typeof value === "string" ? value !== "" : Math.abs(value) <= Number.MAX_SAFE_INTEGER;
    if (!usable) throw new MissingKey(name);
  }
  return JSON.stringify([table, attributes]);
}
