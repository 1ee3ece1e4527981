import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { fullJitter } from "./backoff.ts";
import { chunksOf } from "./chunks.ts";
import type { Clock } from "./clock.ts";
import { resultOfError } from "./dynamo-error.ts";
import { itemName } from "./item-name.ts";
import { nativeItem } from "./native-item.ts";
import type { ItemRef, ItemStore, ReadResult } from "./store.ts";
import { StoreFailure } from "./store-failure.ts";

/** The most items one call reads (AWS: BatchGetItem). */
export const MAX_BATCH_READS = 100;
/** Calls in a row that may leave keys unread before a read gives up on them and says that a retry may do better. */
export const MAX_IDLE_READS = 5;

type Item = Record<string, AttributeValue>;
/** By the items' names; an item without a result is not there. */
type Results = Map<string, ReadResult>;

/**
 * `read` of the store on DynamoDB: consistent reads in BatchGetItem, one read unit per 4 KB. An item with a value for
 * which JavaScript has nothing, such as 9007199254740993.5, fails with the reason `ITEM_UNREADABLE`.
 */
export function dynamoRead(
  client: DynamoDBClient,
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
): ItemStore["read"] {
  return async (refs) => {
    const results: Results = new Map();
    const wanted = new Map(refs.map((ref) => [itemName(ref), ref]));
    await Promise.all(chunksOf([...wanted], MAX_BATCH_READS).map((chunk) => readChunk(new Map(chunk), results)));
    return refs.map((ref) => results.get(itemName(ref)) ?? { kind: "read" });
  };

  async function readChunk(unread: Map<string, ItemRef>, results: Results): Promise<void> {
    const keyNames = new Map(Array.from(unread.values(), ({ table, key }) => [table, Object.keys(key)]));
    function nameOf(table: string, item: Item): string {
      const key = (keyNames.get(table) ?? []).map((name) => [name, item[name]?.S ?? Number(item[name]?.N)]);
      return itemName({ table, key: Object.fromEntries(key) });
    }
    function giveUp(reason: string, retryable: boolean, cause?: unknown): void {
      for (const name of unread.keys()) results.set(name, failed(reason, retryable, cause));
    }

    for (let idle = 0; unread.size > 0;) {
      let answer: BatchGetItemCommandOutput;
      try {
        answer = await client.send(new BatchGetItemCommand({ RequestItems: requestOf(unread) }));
      } catch (error) {
        const result = resultOfError(error);
        if (result.kind === "throttled") return giveUp("no answer", true, error);
        // One key that is not valid, or a table of several, fails the whole call and must not take the others along.
        const apart = Map.groupBy(unread, ([name, { table }]) => (result.code === "ValidationError" ? name : table));
        if (apart.size === 1) return giveUp(result.code, false, error);
        await Promise.all(Array.from(apart.values(), (part) => readChunk(new Map(part), results)));
        return;
      }
      const before = results.size;
      for (const [table, items] of Object.entries(answer.Responses ?? {})) {
        for (const item of items) results.set(nameOf(table, item), resultOf(item));
      }
      const left = Object.entries(answer.UnprocessedKeys ?? {}).flatMap(([table, { Keys = [] }]) =>
        Keys.map((key) => nameOf(table, key)),
      );
      for (const name of unread.keys()) if (!left.includes(name)) unread.delete(name);
      idle = results.size > before ? 0 : idle + 1;
      if (idle >= MAX_IDLE_READS) return giveUp("UnprocessedKeys", true);
      if (idle > 0 && unread.size > 0) await clock.sleep(fullJitter(idle, random));
    }
  }
}

function resultOf(item: Item): ReadResult {
  const native = nativeItem(item);
  if (native.ok) return { kind: "read", item: native.item };
  const error = new Error(`The stored attribute ${native.unreadable} has no value in JavaScript`);
  return failed("ITEM_UNREADABLE", false, error);
}

function failed(reason: string, retryable: boolean, cause?: unknown): ReadResult {
  return { kind: "failed", error: new StoreFailure({ reason, retryable, cause }) };
}

function requestOf(unread: ReadonlyMap<string, ItemRef>): NonNullable<BatchGetItemCommandInput["RequestItems"]> {
  const byTable = Map.groupBy(unread.values(), ({ table }) => table);
  return Object.fromEntries(
    Array.from(byTable, ([table, refs]) => [
      table,
      { ConsistentRead: true, Keys: refs.map(({ key }) => marshall(key)) },
    ]),
  );
}
