import type { ItemStore } from "../src/store.ts";

/** A store that quotes with a failed condition the item that it met, as DynamoDB may; `store` must do each call at once. */
export function quotingStore<Each extends ItemStore>(store: Each): Each {
  return {
    ...store,
    async write(batch) {
      const written = store.write(batch);
      const read = store.read(batch);
      const [results, items] = await Promise.all([written, read]);
      return results.map((result, at) => {
        const met = items[at];
        if (result.kind !== "condition-failed" || met?.kind !== "read" || met.item === undefined) return result;
        return { ...result, item: met.item };
      });
    },
  };
}
