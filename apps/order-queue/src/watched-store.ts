import type { ItemRef, Store } from "@doorbell/idempotency/store";

/** Is told what became of writes at the moment when DynamoDB answers, which may be long before a batch ends. */
export interface WriteWatcher {
  written(write: ItemRef): void;
  /** DynamoDB throttled the write, or did not answer, and it will be tried again; `code` is DynamoDB's. */
  putOff(write: ItemRef, code: string): void;
}

/** The same store, watched. */
export function watchedStore(store: Store, watcher: WriteWatcher): Store {
  return {
    ...store,
    async write(batch) {
      const results = await store.write(batch);
      for (const [position, write] of batch.entries()) {
        const result = results[position];
        if (result?.kind === "written") watcher.written(write);
        if (result?.kind === "throttled") watcher.putOff(write, codeOf(result.error));
      }
      return results;
    },
  };
}

/** A statement's error and a broken connection's have codes, an exception of a whole call has a name. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
