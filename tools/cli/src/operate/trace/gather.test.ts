import { describe, expect, it } from "vitest";
import { gather } from "./gather.ts";
import type { LogSearch } from "./log-search.ts";
import { readLogLine } from "./read-log-line.ts";
import type { KnownFailure, KnownFailures } from "./known-failures.ts";
import { tellStory } from "./story.ts";
import { summaryOf } from "./summary.ts";
import type { TraceHooks } from "./trace-hooks.ts";

const at = (ms: number) => new Date(1_767_225_600_000 + ms).toISOString();
const services = ["worker", "ledger"];
const none: KnownFailures = { known: [], unread: [] };

/** Searches these lines as a log is searched: by text. */
function logOf(lines: readonly (readonly [service: string, ms: number, fields: object])[]): LogSearch {
  const written = lines.map(([service, ms, fields]) => ({
    service,
    text: JSON.stringify({ timestamp: at(ms), requestId: `r-${ms}`, ...fields }),
  }));
  return {
    find: (wanted, texts) =>
      Promise.resolve(
        written.flatMap(({ service, text }) => {
          const isMeant = wanted.includes(service) && texts.some((each) => text.includes(each));
          return (isMeant ? readLogLine(service, text) : undefined) ?? [];
        }),
      ),
  };
}

const search = logOf([
  ["worker", 1, { event: "batch.received", message: "", ids: ["m-1", "m-2"] }],
  ["worker", 2, { event: "record.retried", message: "", messageId: "m-1", err: { name: "Error", code: "BUSY" } }],
  ["worker", 3, { event: "batch.received", message: "", ids: ["m-1"] }],
  ["worker", 4, { message: "moved", messageId: "m-1", parcel: "p-1", correlationId: "c-1" }],
  ["worker", 5, { message: "moved", messageId: "m-2", parcel: "p-2", correlationId: "c-1" }],
  ["ledger", 6, { message: "day opened for c-1" }],
  ["ledger", 7, { message: "route planned", correlationId: "c-1" }],
  ["ledger", 8, { message: "p-10 is not p-1a" }],
]);

const hooks: TraceHooks = {
  subject: { field: "parcel", noun: "parcel" },
  stored: () => Promise.resolve(undefined),
  steps: (entry) =>
    entry.message === "moved"
      ? [{ at: entry.timestamp, service: entry.service, kind: "written", says: `${String(entry["parcel"])} was moved` }]
      : undefined,
};

async function told(id: string, own?: TraceHooks): Promise<string[] | undefined> {
  const material = await gather(id, { search, services, failures: none, ...(own && { hooks: own }) });
  return material && tellStory(material, own).map(({ service, kind, says }) => `${service} ${kind}: ${says}`);
}

const DELIVERIES = [
  "worker delivered: message m-1 delivered in a batch of 2",
  "worker retried: not done: BUSY; it is delivered again",
  "worker delivered: message m-1 delivered alone, again: what was left of 2",
];

describe("a story without any knowledge of the project", () => {
  it("goes from a message to its deliveries, and to the lines of its story as a whole", async () => {
    expect(await told("m-1")).toEqual([...DELIVERIES, "worker logged: moved", "ledger logged: route planned"]);
  });

  it("goes from any field of a line to the same", async () => {
    expect(await told("p-1")).toEqual(await told("m-1"));
  });

  it("of a text finds it where it stands by itself", async () => {
    expect(await told("p-10")).toEqual(["ledger logged: p-10 is not p-1a"]);
    expect(await told("p")).toBeUndefined();
  });
});

describe("a story with the project's knowledge", () => {
  it("goes from any id to the one subject that it leads to", async () => {
    const story = [...DELIVERIES, "worker written: p-1 was moved", "ledger logged: route planned"];
    expect(await told("p-1", hooks)).toEqual(story);
    expect(await told("m-1", hooks)).toEqual(story);
  });

  it("goes from a name that is not unique to its subject, or lists those that go by it", async () => {
    const called = async (name: string) => (name === "p" ? ["p-1"] : name === "twin" ? ["p-1", "p-2"] : []);
    expect(await told("p", { ...hooks, called })).toEqual(await told("p-1", hooks));
    expect(await told("nobody", { ...hooks, called })).toBeUndefined();
    const material = await gather("twin", { search, services, failures: none, hooks: { ...hooks, called } });
    expect(material?.about).toEqual({ kind: "story", id: "twin", subjects: 2, examples: ["p-1", "p-2"] });
  });

  it("asks for such a name only where no line and no store knows it as an id", async () => {
    const called = () => Promise.reject(new Error("asked"));
    expect(await told("p-1", { ...hooks, called })).toHaveLength(5);
    await expect(told("p", { ...hooks, called })).rejects.toThrow("asked");
  });

  it("of several subjects is told together, and names some of them", async () => {
    const material = await gather("c-1", { search, services, failures: none, hooks });
    expect(material?.about).toEqual({ kind: "story", id: "c-1", subjects: 2, examples: ["p-1", "p-2"] });
    expect(material && summaryOf(material, hooks.subject)).toEqual([
      "c-1 leads to 2 parcels, such as p-1, p-2; name one of them for its own story.",
    ]);
  });
});

describe("a story of what failed for good", () => {
  const failure = (id: string, subject: string, deliveryId: string): KnownFailure => ({
    failure: { id, kind: "message-rejected", place: "queue Dlq", what: subject, reason: "why", facts: {} },
    deliveryId,
    subjects: [subject],
    correlationIds: ["c-9"],
    ids: new Set([id, deliveryId, subject, "c-9", "name"]),
  });
  const failures: KnownFailures = {
    known: [failure("f-1", "p-9", "m-1"), failure("f-2", "p-9", "m-9")],
    unread: ["What lies in the queue Other is not told."],
  };

  it("is found by its subject, its delivery, its story or a text in it, with the lines of what was delivered", async () => {
    const found = await gather("p-9", { search, services, failures, hooks });
    expect(found?.about).toEqual({ kind: "subject", id: "p-9" });
    expect(found?.failures.map((each) => each.failure.id)).toEqual(["f-1", "f-2"]);
    expect(found?.entries.map(({ messageId }) => messageId)).toContain("m-1");
    for (const id of ["f-2", "m-9", "c-9", "name"])
      expect(await gather(id, { search, services, failures, hooks }), id).toEqual(found);
  });

  it("names a place that could not be read", async () => {
    const found = await gather("p-9", { search, services, failures, hooks });
    expect(found && summaryOf(found, hooks.subject)).toEqual([
      "There is no parcel p-9.",
      expect.stringMatching(/^In the queue Dlq: message-rejected f-1: why/),
      expect.stringMatching(/^In the queue Dlq: message-rejected f-2: why/),
      "What lies in the queue Other is not told.",
    ]);
  });

  it("is sought at a cost only where nothing else knows the id", async () => {
    const found = { kind: "subject", correlationIds: [], subjects: 1, steps: () => [], summary: ["sought"] } as const;
    const sought = async (id: string) => (id === "p-8" ? found : undefined);
    const material = await gather("p-8", { search, services, failures, hooks: { ...hooks, sought } });
    expect(material && summaryOf(material, hooks.subject)[0]).toBe("sought");
    const never = { ...hooks, sought: () => Promise.reject(new Error("sought")) };
    expect(await gather("p-9", { search, services, failures, hooks: never })).toBeDefined();
  });
});
