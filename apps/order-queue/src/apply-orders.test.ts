import { isBatchLogEvent } from "@doorbell/batch/log-events";
import type { Outcome } from "@doorbell/batch/outcome";
import { queueHandler } from "@doorbell/batch/queue-handler";
import type { BusinessEvent } from "@doorbell/event-contracts/business-event";
import { memoryStore } from "@doorbell/idempotency/memory-store";
import { itemOf } from "@doorbell/idempotency/read-item";
import type { Attributes, Store, WriteResult } from "@doorbell/idempotency/store";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyOrders, parseDelivery } from "./apply-orders.ts";
import { isOrderSettled } from "./log-events.ts";
import { cancelled, context, message, PARTNER, placed, recordingLog } from "../test/events.ts";

const table = "orders";
const done: Outcome = { kind: "done" };

function setUp(store: Store = memoryStore(), isSampled = (_orderKey: string) => true) {
  const lines: object[] = [];
  const counts: Record<string, number> = {};
  const parked = new Map<string, string>();
  const handler = queueHandler({
    log: recordingLog(lines, counts),
    park: async ({ id }, reason) => void parked.set(id, reason),
    parseBody: parseDelivery,
    handleBatch: applyOrders({ store, table, isSampled }),
  });
  /** Delivers a batch, and tells of each message how it ended. */
  async function apply(...messages: ReturnType<typeof message>[]): Promise<readonly Outcome[]> {
    const { batchItemFailures } = await handler({ Records: messages }, context);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const errors = new Map(
      lines
        .filter(isBatchLogEvent)
        .flatMap((line) => (line.event === "record.retried" ? [[line.messageId, line.err]] : [])),
    );
    return messages.map(({ messageId }): Outcome => {
      const reason = parked.get(messageId);
      if (reason !== undefined) return { kind: "rejected", reason };
      return failed.has(messageId) ? { kind: "retry", error: errors.get(messageId) } : done;
    });
  }
  return {
    settled: () => lines.filter(isOrderSettled),
    lines,
    counts,
    apply,
    stored: async (orderId: string, partner = PARTNER) =>
      itemOf((await store.read([{ table, key: { id: `${partner}/${orderId}` } }]))[0]),
  };
}

/** A store whose every write ends in the same way. */
function failing(code: string): Store {
  const failed: WriteResult = { kind: "failed", code, error: new Error(code) };
  return { ...memoryStore(), write: async (batch) => batch.map(() => failed) };
}

describe("A batch of order events", () => {
  it("is applied, with one line for each event that ties it to its story", async () => {
    const { apply, stored, settled } = setUp();
    expect(await apply(message(placed("CA-1")), message(cancelled("CA-2")))).toEqual([done, done]);
    expect(await stored("CA-1")).toMatchObject({ version: 1, status: "placed", placed: { total: "957.5775" } });
    expect(await stored("CA-2")).toMatchObject({ version: 1, status: "cancelled" });
    expect(settled()).toMatchObject([
      {
        orderKey: "acme/CA-1",
        partner: "acme",
        orderId: "CA-1",
        eventId: "placed-CA-1",
        correlationId: "story-of-CA-1",
        outcome: "applied",
      },
      { orderId: "CA-2", eventId: "cancelled-CA-2", correlationId: "cancelled-CA-2", outcome: "applied" },
    ]);
  });

  it("logs plain successes of the sampled orders alone, and whatever else happened of every one", async () => {
    const { apply, settled, counts } = setUp(memoryStore(), (orderKey) => orderKey === "acme/CA-1");
    await apply(message(placed("CA-1")), message(placed("CA-2")), message(cancelled("CA-3")));
    await apply(message(placed("CA-1")), message(placed("CA-2")), message(placed("CA-3")), message(placed("CA-4"), 2));
    await apply(message(placed("CA-2", { amount: "1" })));
    expect(settled().map(({ orderId, outcome }) => `${orderId} ${outcome}`)).toEqual([
      "CA-1 applied",
      "CA-3 applied", // before its order
      "CA-1 duplicate",
      "CA-3 applied", // after its cancellation
      "CA-4 applied", // received twice
      "CA-2 conflict",
    ]);
    expect(counts).toMatchObject({ Duplicates: 2, CancellationsWaiting: 1, CancellationsMatched: 1 });
  });

  it("logs no personal data and no body", async () => {
    const { apply, lines } = setUp();
    await apply(message(placed("CA-1")), message(placed("CA-1", { amount: "1" })), message('{"name":"A Customer"}'));
    expect(JSON.stringify(lines)).not.toMatch(/A Customer|Bern|CG-12520|957\.5775/);
  });

  it("rejects what is no business event, with a reason, and applies the rest", async () => {
    const { apply, stored } = setUp();
    const future = { ...placed("CA-2"), type: "doorbell.order.placed.v2" };
    const foreign = { ...placed("CA-2"), type: "someone.else.v1" };
    const wrongSum = { ...placed("CA-2"), data: { ...placed("CA-2").data, total: "1" } };
    const outcomes = await apply(
      message("not json"),
      message(JSON.stringify(wrongSum)),
      message(JSON.stringify(foreign)),
      message(JSON.stringify(future)),
      message(""),
      message(placed("CA-1")),
    );
    expect(outcomes).toEqual([
      { kind: "rejected", reason: expect.stringMatching(/^The body is not JSON: /) },
      {
        kind: "rejected",
        reason: expect.stringMatching(/^The body is not a valid business event: data\.total: .*957\.5775/),
      },
      { kind: "rejected", reason: expect.stringMatching(/^The event's type is not one of this queue: type: /) },
      {
        kind: "rejected",
        reason: expect.stringMatching(/^The event's version is not one that this release reads: type: /),
      },
      { kind: "rejected", reason: expect.stringMatching(/^The body is not JSON: /) },
      done,
    ]);
    expect(await stored("CA-1")).toBeDefined();
    expect(await stored("CA-2")).toBeUndefined();
  });

  it("settles duplicates, conflicts and followers of one order among its own messages", async () => {
    const { apply, stored, counts } = setUp();
    const outcomes = await apply(
      message(placed("CA-1")),
      message(placed("CA-1", { id: "again" })),
      message(placed("CA-1", { id: "other", amount: "1" })),
      message(cancelled("CA-1")),
      message(cancelled("CA-1", { id: "second", reason: "too late" })),
    );
    expect(outcomes).toEqual([
      done,
      done,
      { kind: "rejected", reason: expect.stringMatching(/^acme\/CA-1 is stored with another payload: /) },
      done,
      done,
    ]);
    expect(counts).toMatchObject({ Duplicates: 2, Conflicts: 1 });
    expect(await stored("CA-1")).toMatchObject({
      version: 2,
      status: "cancelled",
      placed: { eventId: "placed-CA-1" },
      cancelled: { reason: "changed my mind" },
    });
  });

  it("tells orders of one id apart by their partners, and cancels that of the event's own", async () => {
    const { apply, stored, counts, settled } = setUp();
    const outcomes = await apply(
      message(placed("ORDER-1")),
      message(placed("ORDER-1", { source: "in%20coming", amount: "1" })),
      message(cancelled("ORDER-1", { source: "in%20coming" })),
      message(cancelled("ORDER-1", { source: "default" })),
    );
    expect(outcomes).toEqual([done, done, done, done]);
    expect(counts).not.toHaveProperty("Conflicts");
    expect(await stored("ORDER-1")).toMatchObject({ version: 1, status: "placed", placed: { total: "957.5775" } });
    expect(await stored("ORDER-1", "in%20coming")).toMatchObject({
      version: 2,
      status: "cancelled",
      placed: { total: "1" },
    });
    expect(await stored("ORDER-1", "default")).toMatchObject({ version: 1, status: "cancelled" });
    expect(settled().map(({ orderKey }) => orderKey)).toEqual([
      "acme/ORDER-1",
      "in%20coming/ORDER-1",
      "in%20coming/ORDER-1",
      "default/ORDER-1",
    ]);
  });

  it("counts and logs cancellations that come before their orders, and the orders that come to them", async () => {
    const { apply, counts, settled } = setUp();
    await apply(message(cancelled("CA-1")), message(cancelled("CA-2")), message(placed("CA-3")));
    expect(counts).toMatchObject({ CancellationsWaiting: 2 });
    expect(counts).not.toHaveProperty("CancellationsMatched");
    await apply(message(cancelled("CA-3")), message(placed("CA-2")), message(placed("CA-2"), 2));
    expect(counts).toMatchObject({ CancellationsWaiting: 2, CancellationsMatched: 1, Duplicates: 1 });
    expect(settled().filter(({ arrival }) => arrival !== undefined)).toMatchObject([
      { orderId: "CA-1", arrival: "order not there yet" },
      { orderId: "CA-2", arrival: "order not there yet" },
      { orderId: "CA-2", arrival: "cancelled before it came" },
    ]);
  });

  it("counts and logs the throttles that it got over", async () => {
    const memory = memoryStore();
    let throttles = 2;
    const error = Object.assign(new Error("slow down"), { code: "ThrottlingError" });
    const { apply, counts, settled } = setUp({
      ...memory,
      write: async (batch) => (throttles-- > 0 ? batch.map(() => ({ kind: "throttled", error })) : memory.write(batch)),
    });
    expect(await apply(message(placed("CA-1")), message(placed("CA-2")))).toEqual([done, done]);
    expect(counts).toMatchObject({ Throttles: 4 });
    expect(settled()).toMatchObject([
      { orderId: "CA-1", outcome: "applied", throttled: 2, throttledBy: "ThrottlingError" },
      { orderId: "CA-2", outcome: "applied", throttled: 2 },
    ]);
  });

  it("gives each event of an order the time of its own write, and none to the one whose answer was lost", async () => {
    const memory = memoryStore();
    let writes = 0;
    const { apply, settled } = setUp({
      ...memory,
      async write(batch) {
        const results = await memory.write(batch);
        const error = new Error("no answer");
        return writes++ === 0 ? batch.map(() => ({ kind: "throttled", unanswered: true, error })) : results;
      },
    });
    const before = Date.now();
    expect(await apply(message(placed("CA-1")), message(cancelled("CA-1")))).toEqual([done, done]);
    const lines = settled();
    expect(lines).toMatchObject([
      { eventId: "placed-CA-1", outcome: "applied", throttled: 1 },
      { eventId: "cancelled-CA-1", outcome: "applied" },
    ]);
    expect(lines[0]?.writtenAt).toBeUndefined();
    expect(lines[1]?.throttled).toBeUndefined();
    expect(Date.parse(lines[1]?.writtenAt ?? "")).toBeGreaterThanOrEqual(before);
  });

  it("rejects an order that DynamoDB calls not valid, and retries what a deployment can mend", async () => {
    expect(await setUp(failing("ValidationError")).apply(message(placed("CA-1")))).toMatchObject([
      { kind: "rejected" },
    ]);
    for (const code of ["AccessDenied", "ResourceNotFound", "ItemCollectionSizeLimitExceeded"]) {
      expect(await setUp(failing(code)).apply(message(placed("CA-1")))).toMatchObject([
        { kind: "retry", error: { message: code } },
      ]);
    }
  });

  it("retries an order whose stored item it cannot read, and applies the others", async () => {
    const store = memoryStore();
    await store.write([
      { table, key: { id: `${PARTNER}/CA-1` }, write: { kind: "insert", item: { note: "not an order" } } },
    ]);
    const { apply } = setUp(store);
    const outcomes = await apply(message(placed("CA-1")), message(placed("CA-2")));
    expect(outcomes).toMatchObject([{ kind: "retry", error: { code: "ORDER_ITEM_UNREADABLE" } }, done]);
  });

  it("may be empty", async () => {
    expect(await setUp().apply()).toEqual([]);
  });
});

/** What counts of an order: not which delivery won, nor in which order the two came. */
function businessState(stored: Attributes | undefined) {
  const without = (part: Attributes[string] | undefined) => ({
    ...Object(part),
    eventId: undefined,
    correlationId: undefined,
  });
  return stored && { ...stored, placed: without(stored["placed"]), cancelled: without(stored["cancelled"]) };
}

it("ends in the same orders, whatever the order, the number and the batching of deliveries", async () => {
  const orders = ["acme", "beta"].flatMap((source) => ["CA-1", "CA-2"].map((id) => ({ source, id })));
  const all: BusinessEvent[] = orders.flatMap(({ source, id }) => [
    placed(id, { source }),
    placed(id, { source, id: `placed-again-${id}` }),
    cancelled(id, { source }),
    cancelled(id, { source, id: `cancelled-again-${id}` }),
  ]);
  const storedIn = ({ stored }: ReturnType<typeof setUp>) =>
    Promise.all(orders.map(async ({ source, id }) => businessState(await stored(id, source))));
  const straight = setUp();
  await straight.apply(...all.map((event) => message(event)));
  const expected = await storedIn(straight);
  expect(expected).toMatchObject(
    orders.map(({ source, id }) => ({ id: `${source}/${id}`, version: 2, status: "cancelled" })),
  );

  const delivery = fc.record({ event: fc.constantFrom(...all), receiveCount: fc.constantFrom(1, 2) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(delivery, { maxLength: 12 }),
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.integer({ min: 1, max: 10 }),
      async (extra, shuffled, batchSize) => {
        const service = setUp();
        const messages = [
          ...extra.map(({ event, receiveCount }) => message(event, receiveCount)),
          ...shuffled.map((event) => message(event)),
        ];
        for (let from = 0; from < messages.length; from += batchSize) {
          const outcomes = await service.apply(...messages.slice(from, from + batchSize));
          expect(outcomes.every(({ kind }) => kind === "done")).toBe(true);
        }
        expect(await storedIn(service)).toEqual(expected);
      },
    ),
  );
});

it("keeps the first order and the first cancellation that arrive, and tells every other payload as a conflict", async () => {
  const events = [
    placed("CA-1"),
    placed("CA-1", { id: "other", amount: "1" }),
    cancelled("CA-1"),
    cancelled("CA-1", { id: "second", reason: "too late" }),
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...events), { minLength: 1, maxLength: 12 }), async (deliveries) => {
      const { apply, stored } = setUp();
      const outcomes = await apply(...deliveries.map((event) => message(event)));
      const orders = deliveries.filter(({ type }) => type === "doorbell.order.placed.v1");
      const cancellations = deliveries.filter(({ type }) => type !== "doorbell.order.placed.v1");
      const order = await stored("CA-1");
      expect(order?.["placed"]).toEqual(orders[0] && expect.objectContaining({ eventId: orders[0].id }));
      expect(order?.["cancelled"]).toEqual(
        cancellations[0] && expect.objectContaining({ eventId: cancellations[0].id }),
      );
      expect(order?.["status"]).toBe(cancellations.length > 0 ? "cancelled" : "placed");
      expect(order?.["version"]).toBe(Number(orders.length > 0) + Number(cancellations.length > 0));
      const isConflict = (event: BusinessEvent) => orders.includes(event) && event !== orders[0];
      expect(outcomes.map(({ kind }) => kind)).toEqual(
        deliveries.map((event) => (isConflict(event) ? "rejected" : "done")),
      );
    }),
  );
});
