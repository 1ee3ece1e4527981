import type { BusinessEvent } from "@doorbell/event-contracts/business-event";
import type { Attributes, Write } from "@doorbell/idempotency/store";
import { fingerprint } from "@doorbell/idempotency/fingerprint";
import { describe, expect, it } from "vitest";
import { decideOrder, proposeOrder } from "./decide-order.ts";
import { cancelledPart, OrderItemUnreadable, placedPart } from "./order-item.ts";
import { cancelled, placed } from "../test/events.ts";

const first = placed("CA-1");
const again = placed("CA-1", { id: "from-another-file" });
const other = placed("CA-1", { id: "of-another-payload", amount: "1" });
const cancel = cancelled("CA-1");
const cancelLater = cancelled("CA-1", { id: "second", reason: "too late" });

/** The items that a history of writes leaves. */
const nothing = undefined;
const isPlaced: Attributes = { id: "CA-1", version: 1, status: "placed", placed: placedPart(first) };
const isCancelledFirst: Attributes = { id: "CA-1", version: 1, status: "cancelled", cancelled: cancelledPart(cancel) };
const isBoth: Attributes = { ...isPlaced, version: 2, status: "cancelled", cancelled: cancelledPart(cancel) };

const insert = (item: Attributes) => ({ kind: "write", write: { kind: "insert", item } });
const update = (set: Attributes, where: Attributes) => ({ kind: "write", write: { kind: "update", set, where } });
const duplicate = { kind: "duplicate" };
const conflict = {
  kind: "conflict",
  stored: placedPart(first)["fingerprint"],
  given: placedPart(other)["fingerprint"],
};

describe("An order", () => {
  const table: [given: string, Attributes | undefined, when: string, BusinessEvent, then: string, object][] = [
    [
      "nothing",
      nothing,
      "it is placed",
      first,
      "it is stored, version 1",
      insert({ version: 1, status: "placed", placed: placedPart(first) }),
    ],
    [
      "nothing",
      nothing,
      "it is cancelled",
      cancel,
      "the cancellation is kept",
      insert({ version: 1, status: "cancelled", cancelled: cancelledPart(cancel) }),
    ],
    ["it is placed", isPlaced, "it is placed again", again, "nothing changes", duplicate],
    ["it is placed", isPlaced, "it is placed with another payload", other, "that is a conflict", conflict],
    [
      "it is placed",
      isPlaced,
      "it is cancelled",
      cancel,
      "it is cancelled, version 2",
      update({ version: 2, status: "cancelled", cancelled: cancelledPart(cancel) }, { version: 1, status: "placed" }),
    ],
    [
      "a cancellation came first",
      isCancelledFirst,
      "it is placed",
      first,
      "it is stored and stays cancelled, version 2",
      update({ version: 2, placed: placedPart(first) }, { version: 1, status: "cancelled" }),
    ],
    [
      "a cancellation came first",
      isCancelledFirst,
      "it is cancelled again",
      cancelLater,
      "the first one wins",
      duplicate,
    ],
    ["it is placed and cancelled", isBoth, "it is placed again", again, "nothing changes", duplicate],
    ["it is placed and cancelled", isBoth, "it is placed with another payload", other, "that is a conflict", conflict],
    ["it is placed and cancelled", isBoth, "it is cancelled again", cancelLater, "the first one wins", duplicate],
  ];

  for (const [given, stored, when, event, then, decision] of table) {
    it(`given ${given}, when ${when}, then ${then}`, () => {
      expect(decideOrder(stored, event)).toEqual(decision);
    });
  }

  it("is proposed as new when it is placed, and as placed before when it is cancelled", () => {
    const asNew: Write = { kind: "insert", item: { version: 1, status: "placed", placed: placedPart(first) } };
    expect(proposeOrder(first)).toEqual(asNew);
    expect({ kind: "write", write: proposeOrder(cancel) }).toEqual(decideOrder(isPlaced, cancel));
  });

  it("keeps what it needs of the events, and whose story it belongs to", () => {
    expect(placedPart(first)).toMatchObject({
      eventId: "placed-CA-1",
      correlationId: "story-of-CA-1",
      customer: { id: "CG-12520", name: "A Customer" },
      total: "957.5775",
      currency: "USD",
    });
    expect(cancelledPart(cancel)).toMatchObject({
      eventId: "cancelled-CA-1",
      correlationId: "cancelled-CA-1",
      reason: "changed my mind",
    });
  });

  it("has the same fingerprint from whatever event the same payload comes", () => {
    expect(placedPart(again)["fingerprint"]).toBe(placedPart(first)["fingerprint"]);
    expect(placedPart(other)["fingerprint"]).not.toBe(placedPart(first)["fingerprint"]);
  });

  it("is not decided on an item that is none, and the error tells where without the values", () => {
    const strange = [
      {},
      { ...isPlaced, version: "1" },
      { ...isPlaced, status: "lost" },
      { ...isPlaced, placed: { name: "A Customer" } },
    ];
    for (const stored of [...strange, { id: "CA-1", version: 1, status: "placed" }]) {
      expect(() => decideOrder(stored, first)).toThrow(OrderItemUnreadable);
      expect(() => decideOrder(stored, first)).not.toThrow(/A Customer/);
    }
  });
});

describe("An order that was stored before amounts had one form", () => {
  const { data } = placed("CA-1", { amount: "1.50" });
  const { orderId: _key, ...asItCame } = data;
  const part = { ...placedPart(first), ...asItCame, fingerprint: fingerprint(data) };
  const isStored: Attributes = { ...isPlaced, placed: part };

  it("is a duplicate when it comes again, as the contract reads it now", () => {
    const now = placed("CA-1", { amount: "1.5" });
    expect(part.fingerprint).not.toBe(placedPart(now)["fingerprint"]);
    expect(decideOrder(isStored, now)).toEqual(duplicate);
  });

  it("is a conflict with another payload", () => {
    expect(decideOrder(isStored, other)).toEqual({ ...conflict, stored: part.fingerprint });
  });
});
