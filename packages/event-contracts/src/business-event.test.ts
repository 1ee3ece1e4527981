import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseBusinessEvent, parseOrderPlaced } from "./business-event.ts";
import { MAX_CANCEL_REASON_CHARS } from "./order-cancelled.ts";
import { MAX_ORDER_EVENT_BYTES } from "./order-placed.ts";
import { sampleOrderCancelled, sampleOrderPlaced } from "./testing.ts";

const parse = (event: unknown) => parseBusinessEvent(JSON.stringify(event));

test("an order that was placed and one that was cancelled pass as they are", () => {
  for (const event of [sampleOrderPlaced(), sampleOrderCancelled()]) {
    expect(parse(event)).toEqual({ ok: true, value: event });
  }
});

test("where order.placed alone is sent, a cancellation is of an unknown type, and a later order of an unknown version", () => {
  const event = sampleOrderPlaced();
  expect(parseOrderPlaced(JSON.stringify(event))).toEqual({ ok: true, value: event });
  expect(parseOrderPlaced(JSON.stringify(sampleOrderCancelled()))).toMatchObject({
    kind: "unknown-type",
    summary: "The event's type is not one of this queue",
    issues: [{ path: "type", expected: "doorbell.order.placed.v1" }],
  });
  const later = { ...event, type: "doorbell.order.placed.v2" };
  expect(parseOrderPlaced(JSON.stringify(later))).toMatchObject({ kind: "unknown-version" });
});

test("extension attributes of CloudEvents are ignored", () => {
  const event = sampleOrderPlaced();
  expect(parse({ ...event, traceparent: "00-4bf9", partition: 7 })).toEqual({ ok: true, value: event });
});

describe("what kind of refusal it is", () => {
  test.each([
    ["an empty body", ""],
    ["text", "hello"],
    ["half of an event", JSON.stringify(sampleOrderPlaced()).slice(0, -5)],
    ["200,000 open brackets", "[".repeat(200_000)],
    ["a byte order mark alone", "\ufeff"],
  ])("%s is not JSON", (_, body) => {
    expect(parseBusinessEvent(body)).toMatchObject({ ok: false, kind: "not-json", issues: [{ path: "" }] });
  });

  test.each([
    ["null", "null"],
    ["an array", "[]"],
    ["a string", '"order"'],
    ["a number", "1e400"],
    ["100,000 arrays in one another", "[".repeat(100_000) + "]".repeat(100_000)],
  ])("%s is no event", (_, body) => {
    expect(parseBusinessEvent(body)).toMatchObject({ ok: false, kind: "malformed", issues: [{ path: "" }] });
  });

  test.each<[string, object, string]>([
    ["another specversion", { specversion: "0.3" }, "specversion"],
    ["no specversion", { specversion: undefined }, "specversion"],
    ["no type", { type: undefined }, "type"],
    ["an empty type", { type: "" }, "type"],
    ["no id", { id: undefined }, "id"],
    ["an empty source", { source: "" }, "source"],
    ["no time", { time: undefined }, "time"],
    ["a time that is none", { time: "yesterday" }, "time"],
    ["another content type", { datacontenttype: "text/xml" }, "datacontenttype"],
    ["data that is text", { data: "order" }, "data"],
    ["a subject that is not the order", { subject: "ORDER-2" }, "subject"],
  ])("%s is malformed", (_, overrides, path) => {
    expect(parse({ ...sampleOrderPlaced(), ...overrides })).toMatchObject({
      ok: false,
      kind: "malformed",
      issues: [{ path }],
    });
  });

  test("a later version of a known type is told apart from an unknown type", () => {
    expect(parse({ ...sampleOrderPlaced(), type: "doorbell.order.placed.v2" })).toMatchObject({
      ok: false,
      kind: "unknown-version",
      issues: [{ path: "type", received: '"doorbell.order.placed.v2"' }],
    });
    expect(parse({ ...sampleOrderPlaced(), type: "doorbell.order.invented.v1" })).toMatchObject({
      kind: "unknown-type",
    });
    for (const type of ["__proto__", "doorbell.order.placed", "doorbell.order.placed.v", "doorbell.v1", "v1", ".v1"]) {
      expect(parse({ ...sampleOrderPlaced(), type })).toMatchObject({ kind: "unknown-type" });
    }
  });

  test("a body over the limit is refused unread", () => {
    const body = JSON.stringify(sampleOrderPlaced());
    const largest = body + " ".repeat(MAX_ORDER_EVENT_BYTES - Buffer.byteLength(body));
    expect(parseBusinessEvent(largest).ok).toBe(true);
    expect(parseBusinessEvent(`${largest} `)).toMatchObject({
      kind: "malformed",
      issues: [{ path: "", expected: "at most 204800 bytes", received: "204801" }],
    });
  });
});

test("keys that name parts of JavaScript change nothing", () => {
  const event = sampleOrderPlaced();
  const hostile = JSON.stringify(event).replace(
    '"data":{',
    '"__proto__":{"type":"x","isAdmin":true},"constructor":1,"data":{"__proto__":{"shipMode":"x"},"toString":null,',
  );
  const parsed = parseBusinessEvent(hostile);
  expect(parsed).toEqual({ ok: true, value: event });
  expect(Reflect.get({}, "isAdmin")).toBeUndefined();
});

test("an inherited field does not stand in for a missing one", () => {
  const missing = JSON.stringify({ ...sampleOrderPlaced(), id: undefined });
  const body = missing.replace("{", '{"__proto__":{"id":"from the prototype"},');
  expect(parseBusinessEvent(body)).toMatchObject({ ok: false, issues: [{ path: "id" }] });
});

test("of a key that comes twice the last counts", () => {
  const body = JSON.stringify(sampleOrderCancelled()).replace('"reason":', '"reason":"first","reason":');
  expect(parseBusinessEvent(body)).toEqual({ ok: true, value: sampleOrderCancelled() });
});

test("a reason has 1 to 1024 characters", () => {
  expect(parse(sampleOrderCancelled({ reason: "ü".repeat(MAX_CANCEL_REASON_CHARS) })).ok).toBe(true);
  expect(parse(sampleOrderCancelled({ reason: "ü".repeat(MAX_CANCEL_REASON_CHARS + 1) }))).toMatchObject({
    issues: [{ path: "data.reason" }],
  });
  expect(parse(sampleOrderCancelled({ reason: "" }))).toMatchObject({ issues: [{ path: "data.reason" }] });
});

test("whatever JSON comes, the answer is an event or issues, never a throw", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (body) => {
      const parsed = parseBusinessEvent(body);
      expect(parsed.ok || parsed.issues.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("an event with one field replaced by anything is either read as it is or refused at that field", () => {
  const event = sampleOrderPlaced({ shippedOn: "2024-03-02" });
  const key = fc.constantFrom(...Object.keys(event).filter((name) => name !== "subject" && name !== "data"));
  const dataKey = fc.constantFrom(...Object.keys(event.data).filter((name) => name !== "orderId"));
  fc.assert(
    fc.property(key, dataKey, fc.jsonValue({ maxDepth: 3 }), (name, dataName, value) => {
      const mutated = parse({ ...event, [name]: value });
      if (mutated.ok) expect(mutated.value).toEqual({ ...event, [name]: value });
      else expect(mutated.issues[0]?.path).toBe(name);

      const dataMutated = parse({ ...event, data: { ...event.data, [dataName]: value } });
      // Only address and customer may be objects, and they drop what they do not know.
      if (dataMutated.ok)
        expect(dataMutated.value.data).toMatchObject(typeof value === "object" ? {} : { [dataName]: value });
      else expect(dataMutated.issues[0]?.path).toMatch(new RegExp(`^data\\.(${dataName}|total)`));
    }),
    { numRuns: 500 },
  );
});
