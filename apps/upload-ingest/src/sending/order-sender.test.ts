import { describe, expect, test } from "vitest";
import { BATCH_BYTES, BATCH_ENTRIES, BATCHES_IN_FLIGHT } from "../limits.ts";
import { OrderSender, type OrderSenderOptions, type OutgoingOrder } from "./order-sender.ts";
import type { OrdersOutlet, SendResult } from "./orders-outlet.ts";

const order = (number: number, bytes = 10): OutgoingOrder => ({
  orderId: `O-${number}`,
  lines: [{ line: number, raw: "" }],
  body: String(number).padEnd(bytes, "."),
});
const orders = (count: number, bytes?: number) => Array.from({ length: count }, (_, number) => order(number, bytes));
const bodies = (count: number) => orders(count).map(({ body }) => body);

/** An outlet that answers as told, message by message, and keeps what it took. */
function outletOf(answer: (body: string, call: number) => SendResult["kind"]) {
  const taken: string[] = [];
  const calls: number[] = [];
  const outlet: OrdersOutlet = {
    send: async (batch) => {
      const call = calls.push(batch.length);
      await new Promise(setImmediate);
      return batch.map((body): SendResult => {
        const kind = answer(body, call);
        if (kind === "sent") taken.push(body);
        if (kind === "rejected") return { kind, reason: "not this one" };
        return kind === "failed" ? { kind, error: new Error("try again") } : { kind };
      });
    },
  };
  return { outlet, taken, calls };
}

const noUnsendable = () => Promise.reject(new Error("every order of this test can be sent"));
const sender = (outlet: OrdersOutlet, options: Partial<OrderSenderOptions> = {}) =>
  new OrderSender({
    outlet,
    alreadySent: 0,
    remainingMs: () => 60_000,
    random: () => 0,
    onUnsendable: noUnsendable,
    ...options,
  });

test("orders go out in batches of ten", async () => {
  const { outlet, taken, calls } = outletOf(() => "sent");
  const sending = sender(outlet);
  await sending.send(orders(25));
  await sending.drain();
  expect(calls).toEqual([BATCH_ENTRIES, BATCH_ENTRIES, 5]);
  expect(taken).toEqual(bodies(25));
  expect(sending.acknowledged).toBe(25);
});

test("a batch stays within the bytes of a call", async () => {
  const { outlet, calls } = outletOf(() => "sent");
  const sending = sender(outlet);
  await sending.send(orders(5, BATCH_BYTES / 2));
  await sending.drain();
  expect(calls).toEqual([2, 2, 1]);
});

test("messages that fail are sent again, alone, until they are taken", async () => {
  const tries = new Map<string, number>();
  const { outlet, taken } = outletOf((body) => {
    const attempt = (tries.get(body) ?? 0) + 1;
    tries.set(body, attempt);
    return Number(body.replaceAll(".", "")) % 3 === 0 && attempt < 4 ? "failed" : "sent";
  });
  const sending = sender(outlet);
  await sending.send(orders(30));
  await sending.drain();
  expect(taken.toSorted()).toEqual(bodies(30).toSorted());
  expect(sending.acknowledged).toBe(30);
});

test("a message that the queue rejects is reported, and no checkpoint passes it", async () => {
  const { outlet, taken } = outletOf((body) => (body.startsWith("15") ? "rejected" : "sent"));
  const told: string[] = [];
  const onUnsendable = async ({ orderId }: OutgoingOrder, reason: string) => {
    await new Promise(setImmediate);
    told.push(`${orderId}: ${reason}`);
  };
  const sending = sender(outlet, { onUnsendable });
  await sending.send(orders(40));
  await sending.drain();
  expect(taken).toHaveLength(39);
  expect(told).toEqual(["O-15: not this one"]);
  expect(sending.acknowledged).toBe(10);
  expect(sending.taken).toBe(40);
});

test("an order whose rejection cannot be kept ends the sending", async () => {
  const { outlet } = outletOf((body) => (body.startsWith("15") ? "rejected" : "sent"));
  const sending = sender(outlet, { onUnsendable: () => Promise.reject(new Error("the rejects bucket is away")) });
  await sending.send(orders(20));
  await expect(sending.drain()).rejects.toThrow("the rejects bucket is away");
  expect(sending.acknowledged).toBe(10);
});

test("orders before the checkpoint are not sent again", async () => {
  const { outlet, taken } = outletOf(() => "sent");
  const sending = sender(outlet, { alreadySent: 12 });
  await sending.send(orders(15));
  await sending.drain();
  expect(taken).toEqual(bodies(15).slice(12));
  expect(sending.acknowledged).toBe(15);
});

test("a reader is held back while too many batches are under way", async () => {
  let open = 0;
  let most = 0;
  const outlet: OrdersOutlet = {
    send: async (batch) => {
      most = Math.max(most, ++open);
      await new Promise(setImmediate);
      open--;
      return batch.map(() => ({ kind: "sent" }));
    },
  };
  const sending = sender(outlet);
  await sending.send(orders(200));
  await sending.drain();
  expect(most).toBe(BATCHES_IN_FLIGHT);
});

describe("when it cannot go on", () => {
  test("because the time is up, it says so and how far it came", async () => {
    const { outlet } = outletOf((body) => (body.startsWith("11") ? "failed" : "sent"));
    const sending = sender(outlet, { remainingMs: () => 0 });
    await sending.send(orders(30));
    await expect(sending.drain()).rejects.toMatchObject({ code: "SENDING_UNFINISHED", orders: 1 });
    expect(sending.acknowledged).toBe(10);
  });

  test("because the queue is gone, it throws what the outlet threw", async () => {
    const gone = new Error("no such queue");
    const sending = sender({ send: () => Promise.reject(gone) });
    const sent = (async () => {
      await sending.send(orders(100));
      await sending.drain();
    })();
    await expect(sent).rejects.toBe(gone);
    await sending.settle();
    expect(sending.acknowledged).toBe(0);
  });
});
