import { sampleLine } from "@doorbell/event-contracts/testing";
import { ORDER_ID, orderPlaced, type OrderId } from "./samples.ts";

/** A message to the orders queue, and how it ends. */
export interface MessageCase {
  readonly input: string;
  /** Was handled some time before. */
  readonly earlier?: (id: OrderId) => string;
  readonly body: (id: OrderId) => string;
  /** The error that SQS itself answers to its sender, so that no message comes. */
  readonly refusedBySqs?: string;
  /** It is handed to the function by hand, and cannot even be parked: so it is reported as failed. */
  readonly reported?: true;
  /** The reason that is parked with the message; without one it is applied. */
  readonly parked?: string;
  /** What is stored of the case's orders, by their names, beside the good ones before and after. */
  readonly stored?: Readonly<Record<string, object>>;
}

const json = JSON.stringify;
/** Objects in one another, of so many bytes. */
const nested = (bytes: number) => '{"a":'.repeat(bytes / 6) + "1" + "}".repeat(bytes / 6);

/** Messages, as any team may send them. */
export const messages: readonly MessageCase[] = [
  { input: "empty", body: () => "", refusedBySqs: "The request must contain the parameter MessageBody." },
  { input: "empty, in an event that was made by hand", body: () => "", reported: true },
  { input: "blank", body: () => " ", parked: 'The body is not JSON: expected JSON, received " "' },
  {
    input: "not JSON",
    body: () => "canary, please",
    parked: 'The body is not JSON: expected JSON, received "canary, please"',
  },
  {
    input: "an array",
    body: (id) => json([orderPlaced(id("bad"))]),
    parked: "The body is not a valid business event: expected a CloudEvents 1.0 event, received array of 1",
  },
  {
    input: "a string",
    body: () => json("canary"),
    parked: 'The body is not a valid business event: expected a CloudEvents 1.0 event, received "canary"',
  },
  {
    input: "`null`",
    body: () => "null",
    parked: "The body is not a valid business event: expected a CloudEvents 1.0 event, received null",
  },
  {
    input: "256 KB of nesting",
    body: () => nested(256 * 1024),
    parked: "The body is not a valid business event: expected at most 204800 bytes, received 262141",
  },
  {
    input: "180 KB of nesting in the place of the data",
    body: (id) => json(orderPlaced(id("bad"))).replace(/"data":.*/, `"data":${nested(180_000)}}`),
    parked:
      "The body is not a valid business event: data.orderId: expected a value, received nothing; data.orderedOn: expected a value, received nothing; data.customer: expected a value, received nothing; data.currency: expected a value, received nothing; data.lines: expected a value, received nothing; data.total: expected a value, received nothing",
  },
  {
    input: "180 KB of nesting in a field that the contract does not know: ignored",
    body: (id) => json(orderPlaced(id("odd"))).replace("{", `{"canary":${nested(180_000)},`),
    stored: { odd: { status: "placed" } },
  },
  {
    input: "`__proto__` and `constructor` keys: fields like any other that the contract does not know",
    body: (id) =>
      json(orderPlaced(id("odd"))).replaceAll(
        /"customer":\{|\{(?="specversion")/g,
        (found) => `${found}"__proto__":{"currency":"canary"},"constructor":{"prototype":{"total":"canary"}},`,
      ),
    stored: { odd: { status: "placed", placed: { currency: "USD", total: "10.5" } } },
  },
  {
    input: "`__proto__` that hides a missing id",
    body: (id) => json(orderPlaced(id("bad"))).replace(/"id":"[^"]*"/, `"__proto__":{"id":"canary"}`),
    parked: "The body is not a valid business event: id: expected a value, received nothing",
  },
  {
    input: "duplicate keys: the last one counts",
    body: (id) => json(orderPlaced(id("odd"))).replace('"currency":"USD"', '"currency":"USD","currency":"EUR"'),
    stored: { odd: { status: "placed", placed: { currency: "EUR" } } },
  },
  {
    input: "a wrong `specversion`",
    body: (id) => json({ ...orderPlaced(id("bad")), specversion: "0.3" }),
    parked: 'The body is not a valid business event: specversion: expected "1.0", received "0.3"',
  },
  {
    input: "an unknown `type`",
    body: (id) => json({ ...orderPlaced(id("bad")), type: "doorbell.invoice.sent.v1" }),
    parked:
      'The event\'s type is not one of this queue: type: expected doorbell.order.placed.v1 or doorbell.order.cancelled.v1, received "doorbell.invoice.sent.v1"',
  },
  {
    input: "a future version of a known type",
    body: (id) => json({ ...orderPlaced(id("bad")), type: "doorbell.order.placed.v2" }),
    parked:
      'The event\'s version is not one that this release reads: type: expected doorbell.order.placed.v1 or doorbell.order.cancelled.v1, received "doorbell.order.placed.v2"',
  },
  {
    input: "a missing `type`",
    body: (id) => json({ ...orderPlaced(id("bad")), type: undefined }),
    parked: "The body is not a valid business event: type: expected an event type, received nothing",
  },
  {
    input: "a missing `id`",
    body: (id) => json({ ...orderPlaced(id("bad")), id: undefined }),
    parked: "The body is not a valid business event: id: expected a value, received nothing",
  },
  {
    input: "the same id with another payload",
    earlier: (id) => json(orderPlaced(id("first"))),
    body: (id) => json(orderPlaced(id("first"), { currency: "EUR" })),
    parked: "… is stored with another payload: … is stored, … came",
    stored: { first: { version: 1, placed: { currency: "USD" } } },
  },
  {
    input: "the same id with the same payload: a duplicate, which changes nothing",
    earlier: (id) => json(orderPlaced(id("first"))),
    body: (id) => json(orderPlaced(id("first"))),
    stored: { first: { version: 1, status: "placed" } },
  },
  {
    input: "the same id with the same amounts, written with other zeros: a duplicate, which changes nothing",
    earlier: (id) => json(orderPlaced(id("first"))),
    body: (id) => {
      const lines = [sampleLine({ productName: "canary desk", amount: "10.500" })];
      return json(orderPlaced(id("first"), { lines, total: "10.50" }));
    },
    stored: { first: { version: 1, status: "placed", placed: { total: "10.5" } } },
  },
  {
    input: "an order id with a zero-width space",
    body: () => json(orderPlaced("canary\u200b")),
    parked: `The body is not a valid business event: data.orderId: expected ${ORDER_ID}, received "canary\\u200b"`,
  },
  {
    input: "an order id that is not in NFC: the sign for ångström in the place of the letter",
    body: () => json(orderPlaced("canary\u212b")),
    parked: `The body is not a valid business event: data.orderId: expected ${ORDER_ID}, received "canary\u212b"`,
  },
  {
    input: "the same id for another order: orders are told apart by the order's id, so both are stored",
    earlier: (id) => json(orderPlaced(id("first"), {}, { id: "one-id" })),
    body: (id) => json(orderPlaced(id("second"), {}, { id: "one-id" })),
    stored: { first: { version: 1 }, second: { version: 1 } },
  },
  {
    input: "a `source` that is no partner's name",
    body: (id) => json(orderPlaced(id("bad"), {}, { source: "https://shop.example" })),
    parked:
      'The body is not a valid business event: source: expected a partner\'s name: 1 to 128 characters, percent-encoded as by encodeURIComponent, received "https://shop.example"',
  },
  {
    input: "a total that is not the sum of its lines",
    body: (id) => json(orderPlaced(id("bad"), { total: "10.4999" })),
    parked:
      'The body is not a valid business event: data.total: expected the exact sum of the lines\' amounts, 10.5, received "10.4999"',
  },
  {
    input: "a subject that is not the order's id",
    body: (id) => json(orderPlaced(id("bad"), {}, { subject: "another" })),
    parked: 'The body is not a valid business event: subject: expected the same as data.orderId, received "another"',
  },
];
