import { createLogger } from "@doorbell/logger/logger";
import { expect, test } from "vitest";
import { queueEvent } from "../test/events.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { batchMetrics } from "./batch-metrics.ts";
import { isBatchLogEvent } from "./log-events.ts";
import { queueHandler } from "./queue-handler.ts";
import { Rejection } from "./rejection.ts";

function parsed(line: string): object {
  const value: unknown = JSON.parse(line);
  return typeof value === "object" && value !== null ? value : {};
}

test("what a handler logs is read as it was written, out of the lines that a logger makes of it", async () => {
  const lines: object[] = [];
  const log = createLogger({
    service: "s",
    environment: {},
    metrics: batchMetrics("S"),
    write: (line) => void lines.push(parsed(line)),
  });
  const handler = queueHandler({
    log,
    park: async ({ id }) => {
      if (id === "c") throw new Error("away");
    },
    handle: async ({ messageId }) => {
      if (messageId === "a") throw new Error("throttled");
      throw new Rejection('not this one, "Jane Roe"');
    },
  });
  await handler(queueEvent(["a", "b", "c"].map((id) => ({ id }))), lambdaContext());
  expect(lines.filter(isBatchLogEvent)).toMatchObject([
    { event: "batch.received", level: "INFO", message: "batch received", ids: ["a", "b", "c"] },
    { event: "record.retried", messageId: "a", err: { name: "Error", message: "throttled" } },
    { event: "record.parked", messageId: "b", reason: 'not this one, "…"' },
    { event: "record.not-parked", messageId: "c", reason: 'not this one, "…"', err: { message: "away" } },
    { event: "batch.handled", records: 3, done: 0, rejected: 1, retried: 2 },
  ]);
});

test.each([
  {},
  { event: 1 },
  { event: "toString" },
  { event: "order.settled" },
  { event: "batch.received" },
  { event: "batch.received", ids: [1] },
  { event: "batch.handled", records: "3" },
  { event: "record.parked" },
  { message: "record rejected and parked" },
])("%j is none of them", (line) => {
  expect(isBatchLogEvent(line)).toBe(false);
});
