import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Item, queueEvent } from "../test/events.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { recordedLog } from "../test/recorded-log.ts";
import type { Outcome } from "./outcome.ts";
import { queueHandler } from "./queue-handler.ts";
import { Rejection } from "./rejection.ts";

const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const item = (id: string, key: string, malformed = false): Item => ({ id, key, malformed });

function setUp(parkingFails = false) {
  const { log, lines } = recordedLog();
  const parked: string[] = [];
  const park = async ({ id }: { id: string }) => {
    if (parkingFails) throw new Error("the dead-letter queue is away");
    parked.push(id);
  };
  return { base: { log, park, fifo: true }, parked, lines };
}

describe("a FIFO queue", () => {
  const two = [item("a1", "a"), item("b1", "b"), item("a2", "a"), item("b2", "b"), item("a3", "a")];

  test("a group stops at its first failure: that message and the group's later ones are reported, other groups go on", async () => {
    const { base, lines } = setUp();
    const seen: string[] = [];
    const handler = queueHandler({
      ...base,
      handle: async ({ messageId }) => {
        seen.push(messageId);
        if (messageId === "a2") throw new Error("throttled");
      },
    });
    expect(await handler(queueEvent(two), lambdaContext())).toEqual(failures("a2", "a3"));
    expect(seen.toSorted()).toEqual(["a1", "a2", "b1", "b2"]);
    expect(lines).toContainEqual(expect.objectContaining({ fields: { event: "record.waiting", messageId: "a3" } }));
  });

  test("messages of a group are handled one after another, in order, whatever the concurrency", async () => {
    const { base } = setUp();
    const seen: string[] = [];
    const handler = queueHandler({
      ...base,
      handle: async ({ messageId }) => {
        if (messageId.endsWith("1")) await new Promise((resolve) => setImmediate(resolve));
        seen.push(messageId);
      },
    });
    expect(await handler(queueEvent(two), lambdaContext())).toEqual(failures());
    expect(seen.filter((id) => id.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
  });

  test("a rejected and parked message does not stop its group, an unreadable one neither", async () => {
    const { base, parked } = setUp();
    const handler = queueHandler({
      ...base,
      handle: async ({ messageId }) => {
        if (messageId === "a2") throw new Rejection("no such currency");
      },
    });
    const items = [item("a1", "a", true), item("a2", "a"), item("a3", "a")];
    expect(await handler(queueEvent(items), lambdaContext())).toEqual(failures());
    expect(parked).toEqual(["a1", "a2"]);
  });

  test("one that cannot be parked stops its group, also where it could not be read", async () => {
    const { base } = setUp(true);
    const items = [item("a1", "a", true), item("b1", "b"), item("a2", "a")];
    const handler = queueHandler({ ...base, handle: async () => {} });
    expect(await handler(queueEvent(items), lambdaContext())).toEqual(failures("a1", "a2"));
  });

  test("of a whole batch, what comes after a group's failure is reported, though it was handled, and none of it parked", async () => {
    const { base, parked } = setUp();
    const outcomes: Outcome[] = [
      { kind: "retry", error: new Error("no") },
      { kind: "done" },
      { kind: "done" },
      { kind: "rejected", reason: "no" },
      { kind: "rejected", reason: "no" },
    ];
    const handler = queueHandler({ ...base, handleBatch: async () => outcomes });
    expect(await handler(queueEvent(two), lambdaContext())).toEqual(failures("a1", "a2", "a3"));
    expect(parked).toEqual(["b2"]);
  });

  test("redelivered until all is done, every group is handled in its order", async () => {
    const message = fc.record({ key: fc.constantFrom("a", "b", "c"), failures: fc.nat({ max: 2 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 15 }),
        fc.integer({ min: 1, max: 5 }),
        async (all, concurrency) => {
          const left = new Map(all.map(({ failures: count }, at) => [String(at), count]));
          let queue = all.map(({ key }, at) => item(String(at), key));
          const done: string[] = [];
          for (let deliveries = 0; queue.length > 0; deliveries += 1) {
            expect(deliveries).toBeLessThanOrEqual(1 + 2 * all.length);
            const handler = queueHandler({
              ...setUp().base,
              concurrency,
              handle: async ({ messageId }) => {
                const failsLeft = left.get(messageId) ?? 0;
                await new Promise((resolve) => setImmediate(resolve));
                left.set(messageId, failsLeft - 1);
                if (failsLeft > 0) throw new Error("again");
                done.push(messageId);
              },
            });
            const { batchItemFailures } = await handler(queueEvent(queue), lambdaContext());
            const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
            queue = queue.filter(({ id = "" }) => failed.has(id));
          }
          for (const group of ["a", "b", "c"]) {
            const expected = all.flatMap(({ key }, at) => (key === group ? [String(at)] : []));
            expect(done.filter((id) => all[Number(id)]?.key === group)).toEqual(expected);
          }
        },
      ),
    );
  });
});
