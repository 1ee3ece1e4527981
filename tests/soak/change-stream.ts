import type { AttributeValue, Image } from "@doorbell/aws-events/attribute-value";
import { sampleStreamRecord } from "@doorbell/aws-events/testing";
import type {
  Attributes,
  ItemRef,
  ItemStore,
  ItemWrite,
  JsonValue,
  ReadResult,
  WriteResult,
} from "@doorbell/idempotency/store";

/** A change of an item; no image stands for no item. */
export interface Change {
  readonly ref: ItemRef;
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
}

/** The same store, which tells of every change in the order in which they are made. Its writes happen one after another. */
export function watchedStore(store: ItemStore, changed: (change: Change) => void): ItemStore {
  let last: Promise<unknown> = Promise.resolve();

  async function writeOne(each: ItemWrite): Promise<readonly WriteResult[]> {
    const before = each.write.kind === "insert" ? undefined : await store.read([each]);
    const results = await store.write([each]);
    if (results[0]?.kind === "written")
      changed({ ref: each, before: itemOf(before), after: itemOf(await store.read([each])) });
    return results;
  }

  return {
    read: (refs) => store.read(refs),
    async write(batch) {
      const results: WriteResult[] = [];
      for (const each of batch) {
        const before = last;
        const done = (async () => {
          await before;
          return writeOne(each);
        })();
        last = done.catch(() => {}); // its own caller hears of it
        results.push(...(await done));
      }
      return results;
    },
  };
}

function itemOf(results: readonly ReadResult[] | undefined): Attributes | undefined {
  const [result] = results ?? [];
  return result?.kind === "read" ? result.item : undefined;
}

/** The item as DynamoDB holds it. */
export function imageOf(item: Attributes): Image {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, wireOf(value)]));
}

function wireOf(value: JsonValue): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (value === null) return { NULL: true };
  if (isList(value)) return { L: value.map(wireOf) };
  return { M: imageOf(value) };
}

function isList(value: readonly JsonValue[] | Attributes): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The record of a change as a stream with new and old images has it. */
export function streamRecord({ ref, before, after }: Change, sequence: number, atMs: number): object {
  return sampleStreamRecord(
    {
      ApproximateCreationDateTime: Math.floor(atMs / 1_000),
      Keys: imageOf(ref.key),
      NewImage: after && imageOf(after),
      OldImage: before && imageOf(before),
      SequenceNumber: String(100_000_000_000_000_000_000n + BigInt(sequence)),
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
    {
      eventID: `change-${sequence}`,
      eventName: before === undefined ? "INSERT" : "MODIFY",
      eventSourceARN: `arn:aws:dynamodb:eu-central-2:000000000000:table/${ref.table}/stream/2026-01-01T00:00:00.000`,
    },
  );
}
