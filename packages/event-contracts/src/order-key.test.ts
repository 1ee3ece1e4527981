import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseBusinessEvent } from "./business-event.ts";
import { isOrderId, MAX_ORDER_ID_CHARS } from "./cloud-event.ts";
import { orderKey, orderOf, readOrderKey } from "./order-key.ts";
import { isPartner, MAX_PARTNER_CHARS, partnerName } from "./partner.ts";
import { sampleOrderPlaced } from "./testing.ts";

describe("a partner's name", () => {
  test.each([
    ["acme", "acme"],
    ["in coming", "in%20coming"],
    ["a%2Fb", "a%252Fb"],
    ["Zo\u00eb", "Zo%C3%AB"],
    ["Zoe\u0308", "Zoe%CC%88"],
    ["..", ".."],
    ["it's!~*()", "it's!~*()"],
    ["a\u200bb", "a%E2%80%8Bb"],
    ["\u0000", "%00"],
    ["\ud800", "%EF%BF%BD"],
  ])("of %j is %s", (text, name) => {
    expect(partnerName(text)).toBe(name);
    expect(isPartner(name)).toBe(true);
  });

  test.each(["", "a/b", "a b", "a%", "a%2", "%2f", "%41", "%FF", "Zo\u00eb", "\ud800", "a:b", "https://shop.example"])(
    "is never %j",
    (name) => {
      expect(isPartner(name)).toBe(false);
      expect(parseBusinessEvent(JSON.stringify(sampleOrderPlaced({}, { source: name })))).toMatchObject({
        kind: "malformed",
        issues: [{ path: "source" }],
      });
    },
  );

  test("has at most as many characters as a message group id", () => {
    expect(isPartner("p".repeat(MAX_PARTNER_CHARS))).toBe(true);
    expect(isPartner("p".repeat(MAX_PARTNER_CHARS + 1))).toBe(false);
    expect(isPartner(partnerName("ü".repeat(21)))).toBe(true);
    expect(isPartner(partnerName("ü".repeat(22)))).toBe(false);
  });

  test("is of the characters that SQS takes in a message group id, and of one text alone", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(partnerName(one)).toMatch(/^[\x21-\x2e\x30-\x7e]{1,128}$/);
        expect(isPartner(partnerName(one))).toBe(true);
        expect(partnerName(one) === partnerName(other)).toBe(one === other);
      }),
    );
  });
});

describe("the key of an order", () => {
  test("names partner and order, whatever slashes the order's id has", () => {
    const event = sampleOrderPlaced({ orderId: "2024/ORDER-1" }, { source: "acme" });
    expect(orderKey(orderOf(event))).toBe("acme/2024/ORDER-1");
    expect(readOrderKey("acme/2024/ORDER-1")).toEqual({ partner: "acme", orderId: "2024/ORDER-1" });
  });

  test.each(["", "ORDER-1", "/ORDER-1", "acme/", "a b/ORDER-1", "acme/ ORDER-1", "acme/a\u200bb"])(
    "%j is none",
    (text) => expect(readOrderKey(text)).toBeUndefined(),
  );

  test("is read back as what it was made of, for every partner and every order id", () => {
    const partner = fc.string({ unit: "binary", minLength: 1, maxLength: 10 }).map(partnerName);
    const orderId = fc.string({ unit: "grapheme", minLength: 1, maxLength: MAX_ORDER_ID_CHARS }).filter(isOrderId);
    fc.assert(
      fc.property(fc.record({ partner, orderId }), (order) => {
        expect(readOrderKey(orderKey(order))).toEqual(order);
        expect(Buffer.byteLength(orderKey(order))).toBeLessThanOrEqual(385);
      }),
    );
  });
});
