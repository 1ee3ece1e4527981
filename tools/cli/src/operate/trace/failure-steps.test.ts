import { describe, expect, it } from "vitest";
import { failureSteps, parkedSentences, waitingSentences } from "./failure-steps.ts";
import type { KnownFailure } from "./known-failures.ts";
import type { LogEntry } from "./log-entry.ts";

const FINGERPRINT = "0123456789abcdef".repeat(4);
const entry = (second: number, fields: Partial<LogEntry>): LogEntry => ({
  message: "",
  timestamp: `2026-01-01T00:00:0${second}.000Z`,
  service: "worker",
  ...fields,
});
const failureOf = (id: string, deliveryId: string): KnownFailure => ({
  failure: {
    id,
    kind: "message-exhausted",
    place: "queue Dlq",
    what: "a message",
    reason: `stored as ${FINGERPRINT}, given "Ada Example"`,
    attempts: 5,
    firstAt: "2026-01-01T00:00:00.000Z",
    facts: {},
  },
  deliveryId,
  subjects: [],
  correlationIds: [],
  ids: new Set([id, deliveryId]),
});

describe("what failed for good", () => {
  it("is a step behind the last that the log has of it, its quotes left out and its fingerprints cut", () => {
    const entries = [entry(3, { messageId: "m-1" }), entry(9, { messageId: "m-2" })];
    expect(failureSteps({ entries, failed: [], failures: [failureOf("f-1", "m-1")] })).toEqual([
      {
        at: "2026-01-01T00:00:03.000Z",
        service: "queue Dlq",
        kind: "kept",
        says: 'given up and kept (message-exhausted): stored as 0123456789ab…, given "…"',
      },
    ]);
  });

  it("is told once where the log tells of its parking", () => {
    const parked = entry(3, { messageId: "m-1", event: "record.parked", reason: "why" });
    expect(failureSteps({ entries: [parked], failed: [], failures: [failureOf("f-1", "m-1")] })).toEqual([]);
  });

  it("is named at the end, with what sends it back; of many the first, and how many more", () => {
    const many = Array.from({ length: 23 }, (_, index) => failureOf(`failure-${index}`, `m-${index}`));
    const sentences = parkedSentences(many);
    expect(sentences).toHaveLength(21);
    expect(sentences[0]).toMatch(
      /^In the queue Dlq, sent .*: message-exhausted failure- after 5 attempts: .*"doorbell/,
    );
    expect(sentences[20]).toBe('And 3 more: "doorbell failures list".');
  });
});

describe("what waits for its next delivery", () => {
  const retried = entry(2, { messageId: "m-1", event: "record.retried", err: { name: "Error" } });
  it("is named where nothing came after, and it did not fail for good", () => {
    expect(waitingSentences({ entries: [retried], failures: [] })).toEqual([
      "Message m-1 was not done when worker last had it (2026-01-01T00:00:02.000Z); it is delivered again.",
    ]);
    expect(waitingSentences({ entries: [retried], failures: [failureOf("f-1", "m-1")] })).toEqual([]);
    const done = entry(4, { messageId: "m-1", event: "order.settled" });
    expect(waitingSentences({ entries: [done, retried], failures: [] })).toEqual([]);
  });
});
