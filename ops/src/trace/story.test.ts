import { describe, expect, it } from "vitest";
import type { Material } from "@doorbell/cli/operate/trace/gather";
import type { LogEntry } from "@doorbell/cli/operate/trace/log-entry";
import { readLogLine } from "@doorbell/cli/operate/trace/read-log-line";
import { tellStory } from "@doorbell/cli/operate/trace/story";
import { logSteps } from "./log-steps.ts";
import { orderStory } from "./stored-story.ts";

const at = (ms: number) => new Date(1_767_225_600_000 + ms).toISOString();
const about = { kind: "subject", id: "acme/CA-1" } as const;
const hooks = { steps: logSteps };
const NOTHING: Material = { about, entries: [], failed: [], stored: [], failures: [], unread: [] };

/** A line as the service writes it: by the code of its event, whatever its message says. */
function entry(ms: number, service: string, event: string, fields: object = {}): LogEntry {
  const line = { event, message: "", timestamp: at(ms), service, requestId: "r-1", ...COMMON[event], ...fields };
  const read = readLogLine(service, JSON.stringify(line));
  if (read?.kind !== "entry") throw new Error(`no entry: ${event}`);
  return read.entry;
}

/** What every line of an event has. */
const COMMON: Readonly<Record<string, object>> = {
  "order.settled": {
    messageId: "m",
    receiveCount: 1,
    eventId: "e",
    type: "doorbell.order.placed.v1",
    orderKey: "acme/CA-1",
    partner: "acme",
    orderId: "CA-1",
    correlationId: "c",
  },
  "change.settled": { sequenceNumber: "1", eventId: "e", eventName: "INSERT" },
  "upload.handled": { lines: 1, orders: 1, rejectedLines: 0 },
};

function story(material: Partial<Material>): string[] {
  return tellStory({ ...NOTHING, ...material }, hooks).map(({ service, kind, says }) => `${service} ${kind}: ${says}`);
}

describe("a story", () => {
  it("is told in the order of time, a delivery before what came of it in the same millisecond", () => {
    const applied = {
      messageId: "m-1",
      type: "doorbell.order.placed.v1",
      receiveCount: 2,
      outcome: "applied",
    };
    expect(
      story({
        entries: [
          entry(9, "change-audit", "change.settled", { sequenceNumber: "1", version: 1, outcome: "applied" }),
          entry(5, "order-queue", "order.settled", { ...applied, throttled: 2, throttledBy: "ThrottlingError" }),
          entry(5, "order-queue", "batch.received", { ids: ["m-1", "m-2"] }),
          entry(8, "change-audit", "batch.received", { ids: ["1"] }),
        ],
      }),
    ).toEqual([
      "order-queue delivered: message m-1 delivered in a batch of 2",
      "order-queue throttled: DynamoDB put the write off 2 times (ThrottlingError)",
      "order-queue written: order.placed (message m-1, receive 2) was applied",
      "change-audit delivered: a change delivered alone",
      "change-audit audited: version 1 was recorded in the audit trail",
    ]);
  });

  it("tells a write at its own time, though it was logged when the batch had ended", () => {
    const applied = { messageId: "m-1", type: "doorbell.order.placed.v1", outcome: "applied", writtenAt: at(2) };
    const entries = [
      entry(9, "order-queue", "order.settled", applied),
      entry(5, "change-audit", "change.settled", { sequenceNumber: "1", version: 1, outcome: "applied" }),
    ];
    expect(story({ entries })[0]).toContain("was applied");
  });

  it("tells a bisected batch from the rest of one that failed in part", () => {
    const batches = (first: string) => [
      entry(1, "change-audit", "batch.received", { ids: ["1", "2", "3", "4"], requestId: first }),
      entry(2, "change-audit", "batch.received", { ids: ["3", "4"], requestId: "r-2" }),
      entry(3, "change-audit", "change.settled", {
        sequenceNumber: "3",
        version: 1,
        outcome: "applied",
        requestId: "r-2",
      }),
    ];
    const failed = [
      { at: at(1), service: "change-audit", requestId: "r-1", status: "error", errorType: "Runtime.ExitError" },
    ];
    expect(story({ entries: batches("r-1"), failed })).toEqual([
      "change-audit delivered: a change delivered in a batch of 4",
      "change-audit failed: the invocation failed: Runtime.ExitError; it is repeated while retries are left",
      "change-audit delivered: a change delivered in a batch of 2, again: bisected from 4",
      "change-audit audited: version 1 was recorded in the audit trail",
    ]);
    expect(story({ entries: batches("r-0") })[1]).toBe(
      "change-audit delivered: a change delivered in a batch of 2, again: what was left of 4",
    );
  });

  it.each<[string, object, string]>([
    ["order.settled", { messageId: "m", outcome: "duplicate" }, "skipped"],
    ["order.settled", { messageId: "m", outcome: "conflict" }, "refused"],
    ["order.settled", { messageId: "m", outcome: "failed" }, "retried"],
    ["change.settled", { outcome: "duplicate" }, "skipped"],
    ["change.settled", { outcome: "conflict" }, "refused"],
    ["change.settled", { outcome: "rejected" }, "refused"],
    ["change.settled", { outcome: "failed" }, "retried"],
    ["record.parked", { messageId: "m", reason: "no JSON" }, "parked"],
    ["record.not-parked", { messageId: "m", reason: "x" }, "retried"],
    ["record.retried", { messageId: "m", err: { name: "Error" } }, "retried"],
    ["upload.received", {}, "delivered"],
    ["upload.handled", { status: "done" }, "read"],
    ["upload.duplicate", {}, "skipped"],
    ["upload.unfinished", { err: { name: "E", code: "UPLOAD_UNFINISHED" } }, "retried"],
  ])("%s %j is %s", (message, fields, kind) => {
    expect(tellStory({ ...NOTHING, entries: [entry(1, "s", message, fields)] }, hooks)).toMatchObject([{ kind }]);
  });

  it("tells a recorded version whose log is gone out of its entry", () => {
    const audited = {
      ok: true,
      version: 1,
      entry: { orderKey: "acme/CA-1", version: 1, eventName: "INSERT", eventId: "e", at: 1_767_225_600, changes: [] },
    } as const;
    expect(story({ stored: [orderStory("acme/CA-1", undefined, [audited])] })).toEqual([
      "orders table audited: version 1 was made about then; it is recorded, its log is gone",
    ]);
  });
});
