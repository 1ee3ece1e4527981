import { expect, test } from "vitest";
import { type Item, objectEvent } from "../test/events.ts";
import { onFakeClock } from "../test/fake-clock.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { recordedLog } from "../test/recorded-log.ts";
import { objectHandler } from "./object-handler.ts";
import { Rejection } from "./rejection.ts";

const three: Item[] = [{ id: "a" }, { id: "b" }, { id: "c" }];

function setUp(items: readonly Item[]) {
  const { log, lines, counts } = recordedLog();
  return { base: { log }, lines, counts, event: objectEvent(items) };
}

test("every record is handled, in order, and nothing is answered", async () => {
  const { base, event, lines } = setUp(three);
  const seen: string[] = [];
  const handler = objectHandler({ ...base, handle: async ({ key }) => void seen.push(key) });
  expect(await handler(event, lambdaContext())).toBeUndefined();
  expect(seen).toEqual(["a", "b", "c"]);
  expect(lines.at(-1)?.fields).toEqual({ event: "batch.handled", records: 3, done: 3, rejected: 0, retried: 0 });
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
    handle: async ({ key }) => {
      seen.push(key);
      if (key === "b") throw error;
    },
  });
  await expect(handler(event, lambdaContext())).rejects.toBe(error);
  expect(seen).toEqual(["a", "b", "c"]);
  expect(lines[1]).toMatchObject({ level: "error", fields: { event: "record.not-parked", err: error } });
});

test("several failures are thrown together, and counted", async () => {
  const { base, event, counts } = setUp(three);
  const handler = objectHandler({ ...base, handle: () => Promise.reject(new Error("no")) });
  await expect(handler(event, lambdaContext())).rejects.toMatchObject({ errors: { length: 3 } });
  expect(Object.fromEntries(counts)).toMatchObject({ Records: 3, Retried: 3, written: 1 });
});

test("a record that cannot be read fails the event, which names it by its place", async () => {
  const { base, event, lines } = setUp([{ malformed: true }, { id: "b" }]);
  await expect(objectHandler({ ...base, handle: async () => {} })(event, lambdaContext())).rejects.toMatchObject({
    code: "REJECTED",
    message: expect.stringContaining("Records[0].s3.bucket: expected"),
  });
  expect(lines[1]).toMatchObject({ fields: { event: "record.not-parked", record: "0" } });
  expect(lines.at(-1)?.fields).toMatchObject({ done: 1, retried: 1 });
});

test("what is thrown says nothing of the payload in any property that a log would find", async () => {
  const { base, event } = setUp([{ id: "a" }]);
  const [record] = event.Records;
  const taking = objectHandler({ ...base, handle: async () => {} });
  const rejecting = objectHandler({
    ...base,
    handle: () => Promise.reject(new Rejection('customer.name: received "Ada Example"')),
  });
  const invocations = [
    [taking, "Ada Example"],
    [taking, { Records: [{ ...record, eventTime: "Ada Example" }] }],
    [rejecting, event],
  ] as const;
  for (const [handler, payload] of invocations) {
    const error: unknown = await handler(payload, lambdaContext()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    // As the runtimes of Lambda log it: the message, the stack, and every enumerable property.
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("Ada");
    expect(`${String(error)} ${JSON.stringify(error)}`).toContain("…");
  }
});

test("work that outlives the deadline is aborted, and the event fails before Lambda kills the environment", async () => {
  const { base, event } = setUp([{ id: "a" }]);
  let aborted = false;
  const handler = objectHandler({
    ...base,
    deadlineMarginMs: 200,
    handle: (_, { signal }) => new Promise(() => signal.addEventListener("abort", () => void (aborted = true))),
  });
  await onFakeClock(async () => {
    const context = lambdaContext(400);
    await expect(handler(event, context)).rejects.toMatchObject({ code: "DEADLINE_NEAR" });
    expect(aborted).toBe(true);
    expect(context.getRemainingTimeInMillis()).toBe(100);
  });
});
