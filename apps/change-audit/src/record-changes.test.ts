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

function insert(orderId: string): StreamRecord {
  const id = { S: orderId };
  return {
    eventId: `e-${orderId}`,
    eventName: "INSERT",
    eventSourceArn: `${TABLE_ARN}/stream/latest`,
    sequenceNumber: "1",
    keys: { id },
    newImage: { id, version: { N: "1" } },
    createdAt: 0,
  };
}

const handlerOf = (apply: Inline<OrderEntry>["apply"], isSampled = (_orderId: string) => true) =>
  recordChanges({ trail: { apply }, ordersTable: "orders", isSampled });

test("all changes of a batch go to the trail at once, and each gets the answer that is its own", async () => {
  const error = new Error("throttled");
  const course = { attempts: 1, throttles: 0 };
  const answers: Record<string, InlineOutcome> = {
    "o-1": { kind: "applied", ...course },
    "o-2": { kind: "conflict", stored: "x to y", given: "x to z", ...course },
    "o-3": { kind: "failed", code: "DEADLINE", error, retryable: true, ...course },
    "o-4": { kind: "failed", code: "ValidationError", error, retryable: false, ...course },
    "o-5": { kind: "duplicate", ...course },
    "o-6": { kind: "failed", code: "ITEM_UNREADABLE", error, retryable: false, ...course },
  };
  const calls: string[][] = [];
  const handle = handlerOf(async (entries) => {
    calls.push(entries.map(({ orderId }) => orderId));
    return entries.map(({ orderId }) => answers[orderId] ?? { kind: "applied", ...course });
  });
  const { newImage: _, ...imageless } = insert("o-0");
  const outcomes = await handle(
    [imageless, insert("o-1"), insert("o-2"), imageless, insert("o-3"), insert("o-4"), insert("o-5"), insert("o-6")],
    invocation,
  );
  expect(calls).toEqual([["o-1", "o-2", "o-3", "o-4", "o-5", "o-6"]]);
  expect(outcomes).toMatchObject([
    { kind: "rejected", reason: "This INSERT has no new image, so it cannot be audited." },
    answers["o-1"],
    answers["o-2"],
    { kind: "rejected" },
    answers["o-3"],
    answers["o-4"],
    answers["o-5"],
    answers["o-6"],
  ]);
  expect(lines.every(isChangeSettled)).toBe(true);
  expect(lines).toMatchObject([
    { orderId: "o-0", outcome: "rejected" },
    { orderId: "o-1", eventId: "e-o-1", sequenceNumber: "1", version: 1, outcome: "applied" },
    { orderId: "o-2", outcome: "conflict" },
    { orderId: "o-0", outcome: "rejected" },
    { orderId: "o-3", outcome: "failed", code: "DEADLINE" },
    { orderId: "o-4", outcome: "failed", code: "ValidationError" },
    { orderId: "o-5", outcome: "duplicate" },
    { orderId: "o-6", outcome: "failed", code: "ITEM_UNREADABLE" },
  ]);
});

test("a change without an answer is retried, never taken for recorded", async () => {
  const outcomes = await handlerOf(async () => [])([insert("o-1")], invocation);
  expect(outcomes).toMatchObject([{ kind: "retry" }]);
});

test.each(["orders-of-another-stage", "my-orders"])("a change of the table %s is rejected", async (table) => {
  const handle = handlerOf(async (entries) => entries.map(() => ({ kind: "applied", attempts: 1, throttles: 0 })));
  const eventSourceArn = `${TABLE_ARN.replace("orders", table)}/stream/latest`;
  expect(await handle([insert("o-1"), { ...insert("o-2"), eventSourceArn }], invocation)).toEqual([
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
    (orderId) => orderId === "o-1",
  );
  const answered = await handle(
    ["o-0", "o-1", "o-2", "o-3", "o-4"].map((orderId) => insert(orderId)),
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
