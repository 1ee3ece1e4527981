import type { ParsedBatch } from "@doorbell/aws-events/parsed";
import { expect, test } from "vitest";
import { eventOf, type Item, parserOf } from "../test/events.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { recordedLog } from "../test/recorded-log.ts";
import { objectHandler } from "./object-handler.ts";
import { Rejection } from "./rejection.ts";

const three: Item[] = [{ id: "a" }, { id: "b" }, { id: "c" }];

function setUp(items: readonly Item[]) {
  const { log, lines, counts } = recordedLog();
  return { base: { parse: parserOf(items), log }, lines, counts, event: eventOf(items) };
}

test("every record is handled, in order, and nothing is answered", async () => {
  const { base, event, lines } = setUp(three);
  const seen: string[] = [];
  const handler = objectHandler({ ...base, handle: async ({ messageId }) => void seen.push(messageId) });
  expect(await handler(event, lambdaContext())).toBeUndefined();
  expect(seen).toEqual(["a", "b", "c"]);
  expect(lines.at(-1)?.fields).toEqual({ records: 3, done: 3, retried: 0 });
});

test("an event without records (a test event) ends well", async () => {
  const { base, event } = setUp([]);
  await objectHandler({ ...base, handle: () => Promise.reject(new Error("reached")) })(event, lambdaContext());
});

test("a failure is thrown, so that Lambda retries, after the other records were handled", async () => {
  const { base, event, lines } = setUp(three);
  const seen: string[] = [];
  const error = new Rejection("never");
  const handler = objectHandler({
    ...base,
    handle: async ({ messageId }) => {
      seen.push(messageId);
      if (messageId === "b") throw error;
    },
  });
  await expect(handler(event, lambdaContext())).rejects.toBe(error);
  expect(seen).toEqual(["a", "b", "c"]);
  expect(lines[0]).toMatchObject({ level: "warn", fields: { record: "b", err: error } });
});

test("several failures are thrown together, and counted", async () => {
  const { base, event, counts } = setUp(three);
  const handler = objectHandler({ ...base, handle: () => Promise.reject(new Error("no")) });
  await expect(handler(event, lambdaContext())).rejects.toMatchObject({ errors: { length: 3 } });
  expect(Object.fromEntries(counts)).toMatchObject({ Records: 3, Retried: 3, written: 1 });
});

test("a record that cannot be read fails the event, with or without an id", async () => {
  const { base, event } = setUp([{ malformed: true }]);
  await expect(objectHandler({ ...base, handle: async () => {} })(event, lambdaContext())).rejects.toMatchObject({
    code: "MALFORMED_RECORD",
    id: "0",
  });
});

test("what is thrown says nothing of the payload in any property that a log would find", async () => {
  const { base, event } = setUp([{ id: "a" }]);
  const issues = [{ path: "", expected: "an event of aws:s3", received: '"Ada Example"' }];
  const record = { ok: false as const, index: 0, issues };
  const refusing = (parse: () => ParsedBatch<Item & { messageId: string }>) =>
    objectHandler({ ...base, parse, handle: async () => {} });
  const rejecting = objectHandler({
    ...base,
    handle: () => Promise.reject(new Rejection('customer.name: received "Ada Example"')),
  });
  const handlers = [
    refusing(() => ({ ok: false, issues })),
    refusing(() => ({ ok: true, records: [record] })),
    rejecting,
  ];
  for (const handler of handlers) {
    const error: unknown = await handler(event, lambdaContext()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    // As the runtimes of Lambda log it: the message, the stack, and every enumerable property.
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("Ada");
    expect(`${String(error)} ${JSON.stringify(error)}`).toContain("…");
  }
});

test("work that outlives the deadline is aborted, and the event fails before Lambda kills the environment", async () => {
  const { base, event } = setUp([{ id: "a" }]);
  const context = lambdaContext(400);
  let aborted = false;
  const handler = objectHandler({
    ...base,
    deadlineMarginMs: 200,
    handle: (_, { signal }) => new Promise(() => signal.addEventListener("abort", () => void (aborted = true))),
  });
  await expect(handler(event, context)).rejects.toMatchObject({ code: "DEADLINE_NEAR" });
  expect(aborted).toBe(true);
  expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
});
