import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StreamRecord } from "@doorbell/aws-events/dynamodb-stream";
import { type Item, streamEvent } from "../test/events.ts";
import { onFakeClock } from "../test/fake-clock.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { recordedLog } from "../test/recorded-log.ts";
import type { Outcome } from "./outcome.ts";
import { Rejection } from "./rejection.ts";
import { streamHandler } from "./stream-handler.ts";

const checkpoint = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

/** The item that a record is about. */
function keyOf({ keys }: Pick<StreamRecord, "keys">): string {
  const id = keys["id"];
  return id !== undefined && "S" in id ? id.S : "";
}

function setUp(items: readonly Item[], parkingFails: (id: string) => boolean = () => false) {
  const { log, lines } = recordedLog();
  const parked: string[] = [];
  const base = {
    log,
    keyOf,
    park: async ({ id }: { id: string }) => {
      await Promise.resolve();
      if (parkingFails(id)) throw new Error("the bucket is away");
      parked.push(id);
    },
  };
  return { base, parked, lines, event: streamEvent(items) };
}

describe("records one by one", () => {
  test("records of a key are handled one after another, in order", async () => {
    const items = Array.from({ length: 12 }, (_, index) => ({ id: String(100 + index), key: `k${index % 3}` }));
    const { base, event } = setUp(items);
    const busy = new Set<string>();
    const seen: Record<string, string[]> = { k0: [], k1: [], k2: [] };
    let most = 0;
    const handler = streamHandler({
      ...base,
      handle: async ({ keys, sequenceNumber }) => {
        const key = keyOf({ keys });
        expect(busy.has(key)).toBe(false);
        busy.add(key);
        most = Math.max(most, busy.size);
        await new Promise((resolve) => setImmediate(resolve));
        seen[key]?.push(sequenceNumber);
        busy.delete(key);
      },
    });
    expect(await handler(event, lambdaContext())).toEqual(checkpoint());
    expect(most).toBe(3);
    expect(seen).toEqual({
      k0: ["100", "103", "106", "109"],
      k1: ["101", "104", "107", "110"],
      k2: ["102", "105", "108", "111"],
    });
  });

  test("a key stops at its first failure, other keys go on, and the failure is the checkpoint", async () => {
    const items = [
      { id: "1", key: "a" },
      { id: "2", key: "b" },
      { id: "3", key: "a" },
      { id: "4", key: "b" },
    ];
    const { base, event, lines } = setUp(items);
    const seen: string[] = [];
    const handler = streamHandler({
      ...base,
      handle: async ({ sequenceNumber }) => {
        seen.push(sequenceNumber);
        if (sequenceNumber === "1") throw new Error("throttled");
      },
    });
    expect(await handler(event, lambdaContext())).toEqual(checkpoint("1"));
    expect(seen.sort()).toEqual(["1", "2", "4"]);
    expect(lines.at(-1)?.fields).toEqual({ event: "batch.handled", records: 4, done: 2, rejected: 0, retried: 2 });
    expect(lines).toContainEqual({
      level: "info",
      message: "record waits for an earlier one",
      fields: { event: "record.waiting", sequenceNumber: "3" },
    });
  });

  test("the lowest sequence number is found by value, past what a number holds", async () => {
    // As numbers the last two are equal, as text "9" is the highest.
    const ids = ["700000000000000000000000002", "700000000000000000000000001", "9"];
    const { base, event } = setUp(ids.map((id) => ({ id, key: id })));
    const all = streamHandler({ ...base, handle: () => Promise.reject(new Error("no")) });
    expect(await all(event, lambdaContext())).toEqual(checkpoint("9"));
    const long = streamHandler({
      ...base,
      handle: ({ sequenceNumber }) => (sequenceNumber === "9" ? Promise.resolve() : Promise.reject(new Error("no"))),
    });
    expect(await long(event, lambdaContext())).toEqual(checkpoint("700000000000000000000000001"));
  });

  test("a rejected record is parked and does not stop its key", async () => {
    const { base, event, parked } = setUp([{ id: "1" }, { id: "2" }]);
    const seen: string[] = [];
    const handler = streamHandler({
      ...base,
      handle: async ({ sequenceNumber }) => {
        seen.push(sequenceNumber);
        if (sequenceNumber === "1") throw new Rejection("no image");
      },
    });
    expect(await handler(event, lambdaContext())).toEqual(checkpoint());
    expect({ parked, seen }).toEqual({ parked: ["1"], seen: ["1", "2"] });
  });

  test("a rejected record that cannot be parked is the checkpoint", async () => {
    const { base, event } = setUp([{ id: "1" }, { id: "2" }], () => true);
    const handler = streamHandler({
      ...base,
      handle: ({ sequenceNumber }) =>
        sequenceNumber === "2" ? Promise.reject(new Rejection("no image")) : Promise.resolve(),
    });
    expect(await handler(event, lambdaContext())).toEqual(checkpoint("2"));
  });

  test("a record that does not parse is parked, and known by the sequence number in it where that fails", async () => {
    const items = [{ id: "1" }, { id: "2", malformed: true }];
    const ok = setUp(items);
    const handle = async () => {};
    expect(await streamHandler({ ...ok.base, handle })(ok.event, lambdaContext())).toEqual(checkpoint());
    expect(ok.parked).toEqual(["2"]);
    const away = setUp(items, () => true);
    expect(await streamHandler({ ...away.base, handle })(away.event, lambdaContext())).toEqual(checkpoint("2"));
  });

  test("a record without a sequence number fails the batch loudly", async () => {
    const { base, event } = setUp([{ id: "1" }, { malformed: true }]);
    await expect(streamHandler({ ...base, handle: async () => {} })(event, lambdaContext())).rejects.toMatchObject({
      code: "UNIDENTIFIED_RECORD",
    });
  });

  test("the first record not taken when the deadline nears is the checkpoint", async () => {
    const { base, event } = setUp([{ id: "1" }, { id: "2" }, { id: "3" }]);
    let left = 5_000;
    const handler = streamHandler({ ...base, handle: async () => void (left -= 2_500) });
    const context = { ...lambdaContext(), getRemainingTimeInMillis: () => left };
    expect(await handler(event, context)).toEqual(checkpoint("3"));
  });

  test("a record whose work never ends is the checkpoint before the deadline is over", async () => {
    const { base, event } = setUp([{ id: "1" }, { id: "2" }]);
    const handler = streamHandler({
      ...base,
      deadlineMarginMs: 200,
      handle: ({ sequenceNumber }) => (sequenceNumber === "2" ? new Promise(() => {}) : Promise.resolve()),
    });
    await onFakeClock(async () => {
      expect(await handler(event, lambdaContext(400))).toEqual(checkpoint("2"));
    });
  });
});

describe("the whole batch at once", () => {
  test("the lowest record to retry is the checkpoint, and nothing of its key is parked after it", async () => {
    const { base, event, parked } = setUp([{ id: "1" }, { id: "2" }, { id: "3" }, { id: "4", key: "other" }]);
    const outcomes: Outcome[] = [
      { kind: "done" },
      { kind: "retry", error: new Error("throttled") },
      { kind: "rejected", reason: "no image" },
      { kind: "rejected", reason: "no image" },
    ];
    const handler = streamHandler({ ...base, handleBatch: async () => outcomes });
    expect(await handler(event, lambdaContext())).toEqual(checkpoint("2"));
    expect(parked).toEqual(["4"]);
  });

  test("an error fails the batch from its first record", async () => {
    const { base, event } = setUp([{ id: "1" }, { id: "2" }]);
    const handler = streamHandler({ ...base, handleBatch: () => Promise.reject(new Error("no")) });
    expect(await handler(event, lambdaContext())).toEqual(checkpoint("1"));
  });
});

test("redelivered from each checkpoint, every record is settled, each key in order, whatever fails on the way", async () => {
  const record = fc.record({ key: fc.constantFrom("a", "b", "c"), failures: fc.nat({ max: 2 }), reject: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 20 }),
      fc.integer({ min: 1, max: 5 }),
      async (records, concurrency) => {
        const fates = new Map(records.map((fate, index) => [String(1_000 + index), { ...fate }]));
        let batch = [...fates].map(([id, { key }]): Item => ({ id, key }));
        const done: string[] = [];
        const parked: string[] = [];
        let deliveries = 0;
        while (batch.length > 0) {
          deliveries += 1;
          expect(deliveries).toBeLessThanOrEqual(1 + 2 * records.length); // each delivery consumes a failure
          const attempt = setUp(batch);
          const handler = streamHandler({
            ...attempt.base,
            concurrency,
            handle: async ({ sequenceNumber }) => {
              const fate = fates.get(sequenceNumber);
              await new Promise((resolve) => setImmediate(resolve));
              if (fate !== undefined && fate.failures > 0) {
                fate.failures -= 1;
                throw new Error("again");
              }
              if (fate?.reject === true) throw new Rejection("no");
              if (!done.includes(sequenceNumber)) done.push(sequenceNumber);
            },
          });
          const { batchItemFailures } = await handler(attempt.event, lambdaContext());
          parked.push(...attempt.parked);
          const from = batchItemFailures[0]?.itemIdentifier;
          batch = from === undefined ? [] : batch.slice(batch.findIndex(({ id }) => id === from));
        }
        const ids = [...fates.keys()];
        expect(new Set(parked)).toEqual(new Set(ids.filter((id) => fates.get(id)?.reject)));
        for (const key of ["a", "b", "c"]) {
          const expected = ids.filter((id) => fates.get(id)?.key === key && fates.get(id)?.reject === false);
          expect(done.filter((id) => fates.get(id)?.key === key)).toEqual(expected);
        }
      },
    ),
  );
});
