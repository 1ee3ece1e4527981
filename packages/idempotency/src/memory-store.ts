import { canonicalJson } from "./fingerprint.ts";
import { assertTransaction, assertValid, InvalidWrite } from "./invalid-write.ts";
import { itemName } from "./item-name.ts";
import type { Attributes, ItemWrite, ReadResult, Store, WriteResult } from "./store.ts";

/** A store in memory, for tests: the same answers as DynamoDB gives, none of its limits on size and rate. */
export function memoryStore(): Store {
  const items = new Map<string, Attributes>();

  return {
    async write(batch) {
      return batch.map((each): WriteResult => {
        const check = verdict(each);
        if (check.kind === "written") change(each);
        return check;
      });
    },

    async read(refs) {
      return refs.map((ref): ReadResult => {
        const item = items.get(itemName(ref));
        return item === undefined ? { kind: "read" } : { kind: "read", item: structuredClone(item) };
      });
    },

    async transact(writes) {
      try {
        assertTransaction(writes);
      } catch (error) {
        if (error instanceof InvalidWrite) return invalid(error);
        throw error;
      }
      const verdicts = writes.map(verdict);
      const positions = verdicts.flatMap(({ kind }, position) => (kind === "condition-failed" ? [position] : []));
      if (positions.length > 0) return { kind: "condition-failed", positions };
      for (const write of writes) change(write);
      return { kind: "written" };
    },
  };

  /** What the write would come to; nothing is changed yet. */
  function verdict(itemWrite: ItemWrite): Exclude<WriteResult, { kind: "throttled" }> {
    const stored = items.get(itemName(itemWrite));
    const { write } = itemWrite;
    try {
      assertValid(itemWrite);
    } catch (error) {
      return invalid(error);
    }
    const holds = write.kind === "insert" ? stored === undefined : equals(write.where, stored);
    return { kind: holds ? "written" : "condition-failed" };
  }

  function change(itemWrite: ItemWrite): void {
    const { key, write } = itemWrite;
    const name = itemName(itemWrite);
    const left = write.kind === "insert" ? { ...write.item, ...key } : { ...items.get(name), ...write.set };
    items.set(name, structuredClone(left));
  }
}

function equals(where: Attributes, stored: Attributes | undefined): boolean {
  return Object.entries(where).every(([name, value]) => {
    const found = stored?.[name];
    return found !== undefined && canonicalJson(found) === canonicalJson(value);
  });
}

function invalid(error: unknown): { kind: "failed"; code: string; error: unknown } {
  return { kind: "failed", code: "ValidationError", error };
}
