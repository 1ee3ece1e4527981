import type { Invocation } from "@doorbell/batch/invocation";
import type { StreamRecord } from "@doorbell/aws-events/dynamodb-stream";
import type { Inline, InlineOutcome } from "@doorbell/idempotency/inline";
import { expect, test } from "vitest";
import type { OrderEntry } from "./audited-orders.ts";
import { isChangeSettled } from "./log-events.ts";
import { recordChanges } from "./record-changes.ts";

const TABLE_ARN = "arn:aws:dynamodb:eu-central-2:000000000000:table/orders";
const remainingMs = () => 1_000;
const lines: object[] = [];
const keep = (fields: object) => void lines.push(fields);
const log: Invocation["log"] = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };
const metrics: Invocation["metrics"] = { count: () => {} };
const invocation: Invocation = { log, metrics, remainingMs, signal: new AbortController().signal };

function insert(orderKey: string): StreamRecord {
  const id = { S: orderKey };
  return {
    eventId: `e-${orderKey}`,
    eventName: "INSERT",
    eventSourceArn: `${TABLE_ARN}/stream/latest`,
    sequenceNumber: "1",
    keys: { id },
    newImage: { id, version: { N: "1" } },
    createdAt: 0,
  };
}

const handlerOf = (apply: Inline<OrderEntry>["apply"], isSampled = (_orderKey: string) => true) =>
  recordChanges({ trail: { apply }, ordersTable: "orders", isSampled });

test("all changes of a batch go to the trail at once, and each gets the answer that is its own", async () => {
  const error = new Error("throttled");
  const course = { attempts: 1, throttles: 0 };
  const answers: Record<string, InlineOutcome> = {
    "acme/o-1": { kind: "applied", ...course },
    "acme/o-2": { kind: "conflict", stored: "x to y", given: "x to z", ...course },
    "acme/o-3": { kind: "failed", code: "DEADLINE", error, retryable: true, ...course },
    "acme/o-4": { kind: "failed", code: "ValidationError", error, retryable: false, ...course },
    "acme/o-5": { kind: "duplicate", ...course },
    "acme/o-6": { kind: "failed", code: "ITEM_UNREADABLE", error, retryable: false, ...course },
  };
  const calls: string[][] = [];
  const handle = handlerOf(async (entries) => {
    calls.push(entries.map(({ orderKey }) => orderKey));
    return entries.map(({ orderKey }) => answers[orderKey] ?? { kind: "applied", ...course });
  });
  const { newImage: _, ...imageless } = insert("acme/o-0");
  const outcomes = await handle(
    [
      imageless,
      insert("acme/o-1"),
      insert("acme/o-2"),
      imageless,
      insert("acme/o-3"),
      insert("acme/o-4"),
      insert("acme/o-5"),
      insert("acme/o-6"),
    ],
    invocation,
  );
  expect(calls).toEqual([["acme/o-1", "acme/o-2", "acme/o-3", "acme/o-4", "acme/o-5", "acme/o-6"]]);
  expect(outcomes).toMatchObject([
    { kind: "rejected", reason: "This INSERT has no new image, so it cannot be audited." },
    answers["acme/o-1"],
    answers["acme/o-2"],
    { kind: "rejected" },
    answers["acme/o-3"],
    answers["acme/o-4"],
    answers["acme/o-5"],
    answers["acme/o-6"],
  ]);
  expect(lines.every(isChangeSettled)).toBe(true);
  expect(lines).toMatchObject([
    { orderKey: "acme/o-0", partner: "acme", orderId: "o-0", outcome: "rejected" },
    {
      orderKey: "acme/o-1",
      partner: "acme",
      orderId: "o-1",
      eventId: "e-acme/o-1",
      sequenceNumber: "1",
      version: 1,
      outcome: "applied",
    },
    { orderKey: "acme/o-2", partner: "acme", orderId: "o-2", outcome: "conflict" },
    { orderKey: "acme/o-0", partner: "acme", orderId: "o-0", outcome: "rejected" },
    { orderKey: "acme/o-3", partner: "acme", orderId: "o-3", outcome: "failed", code: "DEADLINE" },
    { orderKey: "acme/o-4", partner: "acme", orderId: "o-4", outcome: "failed", code: "ValidationError" },
    { orderKey: "acme/o-5", partner: "acme", orderId: "o-5", outcome: "duplicate" },
    { orderKey: "acme/o-6", partner: "acme", orderId: "o-6", outcome: "failed", code: "ITEM_UNREADABLE" },
  ]);
});

test("a change without an answer is retried, never taken for recorded", async () => {
  const outcomes = await handlerOf(async () => [])([insert("acme/o-1")], invocation);
  expect(outcomes).toMatchObject([{ kind: "retry" }]);
});

test.each(["orders-of-another-stage", "my-orders"])("a change of the table %s is rejected", async (table) => {
  const handle = handlerOf(async (entries) => entries.map(() => ({ kind: "applied", attempts: 1, throttles: 0 })));
  const eventSourceArn = `${TABLE_ARN.replace("orders", table)}/stream/latest`;
  expect(await handle([insert("acme/o-1"), { ...insert("acme/o-2"), eventSourceArn }], invocation)).toEqual([
    { kind: "applied", attempts: 1, throttles: 0 },
    { kind: "rejected", reason: `This INSERT is not of the orders table, but of "${eventSourceArn}".` },
  ]);
});

test("changes that were recorded at once are logged of the sampled orders alone, everything else of all", async () => {
  lines.length = 0;
  const course = { attempts: 1, throttles: 0 };
  const outcomes: readonly InlineOutcome[] = [
    { kind: "applied", ...course },
    { kind: "applied", ...course },
    { kind: "applied", attempts: 2, throttles: 1 },
    { kind: "duplicate", ...course },
    { kind: "conflict", stored: "x", given: "y", ...course },
  ];
  const handle = handlerOf(
    async () => outcomes,
    (orderKey) => orderKey === "acme/o-1",
  );
  const answered = await handle(
    ["o-0", "o-1", "o-2", "o-3", "o-4"].map((orderId) => insert(`acme/${orderId}`)),
    invocation,
  );
  expect(answered).toEqual(outcomes);
  expect(lines).toMatchObject([
    { orderId: "o-1", outcome: "applied" },
    { orderId: "o-2", outcome: "applied" },
    { orderId: "o-3", outcome: "duplicate" },
    { orderId: "o-4", outcome: "conflict" },
  ]);
});
