import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Item, queueEvent } from "../test/events.ts";
import { onFakeClock } from "../test/fake-clock.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { recordedLog } from "../test/recorded-log.ts";
import type { Outcome } from "./outcome.ts";
import { queueHandler } from "./queue-handler.ts";
import { Rejection } from "./rejection.ts";

const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const three: Item[] = [{ id: "a" }, { id: "b" }, { id: "c" }];

/** A handler over `items` whose parked records and log lines can be read. */
function setUp(items: readonly Item[], parkingFails: (id: string) => boolean = () => false) {
  const { log, lines, counts } = recordedLog();
  const parked: { id: string; raw: unknown; reason: string }[] = [];
  const base = {
    log,
    park: async (record: { id: string; raw: unknown }, reason: string) => {
      await Promise.resolve();
      if (parkingFails(record.id)) throw new Error("the dead-letter queue is away");
      parked.push({ id: record.id, raw: record.raw, reason });
    },
  };
  return { base, parked, lines, counts, event: queueEvent(items) };
}

describe("messages one by one", () => {
  test("a batch in which all is well reports nothing", async () => {
    const { base, event, lines } = setUp(three);
    const seen: string[] = [];
    const handler = queueHandler({ ...base, handle: async ({ messageId }) => void seen.push(messageId) });
    expect(await handler(event, lambdaContext())).toEqual(failures());
    expect(seen).toEqual(["a", "b", "c"]);
    expect(lines).toEqual([
      { level: "info", message: "batch received", fields: { event: "batch.received", ids: ["a", "b", "c"] } },
      {
        level: "info",
        message: "batch handled",
        fields: { event: "batch.handled", records: 3, done: 3, rejected: 0, retried: 0 },
      },
    ]);
  });

  test("metrics say how its messages ended and how old the oldest was", async () => {
    const items = [...three, { id: "d" }, { id: "e" }];
    const { base, event, counts } = setUp(items, (id) => id === "b");
    const handler = queueHandler({
      ...base,
      happenedAt: ({ messageId }) => (messageId === "c" ? Date.now() - 5_000 : undefined),
      handle: async ({ messageId }, { metrics }) => {
        if (messageId === "d") throw new Error("throttled");
        if (messageId === "e") return metrics.count("Duplicates");
        throw new Rejection("never");
      },
    });
    await handler(event, lambdaContext());
    const [age = 0, duration] = [counts.get("EventAge"), counts.get("BatchDuration")];
    expect(Object.fromEntries(counts)).toEqual({
      Records: 5,
      Rejected: 3,
      Parked: 2,
      Retried: 2,
      Duplicates: 1,
      EventAge: age,
      BatchDuration: duration,
      written: 1,
    });
    expect(age).toBeGreaterThanOrEqual(4_900);
    expect(age).toBeLessThan(10_000);
  });

  test("an empty batch reports nothing", async () => {
    const { base, event } = setUp([]);
    expect(await queueHandler({ ...base, handle: async () => {} })(event, lambdaContext())).toEqual(failures());
  });

  test("what throws is reported and logged with its id and error, its neighbours are not", async () => {
    const { base, event, parked, lines } = setUp(three);
    const error = new Error("throttled");
    const handler = queueHandler({
      ...base,
      handle: async ({ messageId }) => {
        if (messageId === "b") throw error;
      },
    });
    expect(await handler(event, lambdaContext())).toEqual(failures("b"));
    expect(parked).toEqual([]);
    expect(lines).toContainEqual({
      level: "warn",
      message: "record failed",
      fields: { event: "record.retried", messageId: "b", err: error },
    });
  });

  test("a handler that throws before its first await is a failure of its message alone", async () => {
    const { base, event } = setUp(three);
    const handler = queueHandler({
      ...base,
      handle: ({ messageId }) => {
        if (messageId === "a") throw new Error("at once");
        return Promise.resolve();
      },
    });
    expect(await handler(event, lambdaContext())).toEqual(failures("a"));
  });

  test("a rejection is parked as it was delivered and acknowledged", async () => {
    const { base, event, parked, lines } = setUp(three);
    const handler = queueHandler({
      ...base,
      handle: async ({ messageId }) => {
        if (messageId === "b") throw new Rejection('no such currency, received "Jane Roe"');
      },
    });
    expect(await handler(event, lambdaContext())).toEqual(failures());
    expect(parked).toEqual([{ id: "b", raw: event.Records[1], reason: 'no such currency, received "Jane Roe"' }]);
    expect(lines[1]?.fields).toEqual({
      event: "record.parked",
      messageId: "b",
      reason: 'no such currency, received "…"',
    });
  });

  test("a rejection of another copy of the class is told by its code", async () => {
    class Foreign extends Error {
      readonly code = "REJECTED";
      readonly reason = "from another bundle";
    }
    const { base, event, parked } = setUp([{ id: "a" }]);
    const handler = queueHandler({ ...base, handle: () => Promise.reject(new Foreign()) });
    expect(await handler(event, lambdaContext())).toEqual(failures());
    expect(parked).toMatchObject([{ id: "a", reason: "from another bundle" }]);
  });

  test("a message is acknowledged only after it is parked: where parking fails, it is reported", async () => {
    const { base, event, lines } = setUp(three, (id) => id === "b");
    const handler = queueHandler({ ...base, handle: () => Promise.reject(new Rejection("no")) });
    expect(await handler(event, lambdaContext())).toEqual(failures("b"));
    expect(lines.filter(({ level }) => level === "error")).toMatchObject([{ fields: { messageId: "b" } }]);
  });

  test("a message that does not parse is parked with the issues as its reason, and no value of it is logged", async () => {
    const { base, event, parked, lines } = setUp([{ id: "a", malformed: true }, { id: "b" }]);
    const handled: string[] = [];
    const handler = queueHandler({ ...base, handle: async ({ messageId }) => void handled.push(messageId) });
    expect(await handler(event, lambdaContext())).toEqual(failures());
    expect(handled).toEqual(["b"]);
    expect(parked).toEqual([
      {
        id: "a",
        raw: event.Records[0],
        reason: 'Records[0].attributes.ApproximateReceiveCount: expected a whole number as text, received "Jane Roe"',
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain("Jane Roe");
  });

  test("the log of a message carries its id", async () => {
    const { base, event, lines } = setUp([{ id: "a" }]);
    await queueHandler({ ...base, handle: async (_, { log }) => log.info({}, "seen") })(event, lambdaContext());
    expect(lines[1]).toEqual({ level: "info", message: "seen", fields: { messageId: "a" } });
  });

  test("no more messages than the concurrency are in hand at a time, and all get their turn", async () => {
    const items = Array.from({ length: 20 }, (_, index) => ({ id: String(index) }));
    const { base, event } = setUp(items);
    let inHand = 0;
    let most = 0;
    let all = 0;
    const handler = queueHandler({
      ...base,
      concurrency: 3,
      handle: async () => {
        inHand += 1;
        all += 1;
        most = Math.max(most, inHand);
        await new Promise((resolve) => setImmediate(resolve));
        inHand -= 1;
      },
    });
    expect(await handler(event, lambdaContext())).toEqual(failures());
    expect({ most, all }).toEqual({ most: 3, all: 20 });
  });
});

describe("the deadline", () => {
  test("messages not taken when it nears are reported, those done are not", async () => {
    const { base, event } = setUp(three);
    let left = 5_000;
    const context = { ...lambdaContext(), getRemainingTimeInMillis: () => left };
    const seen: string[] = [];
    const handler = queueHandler({
      ...base,
      concurrency: 1,
      deadlineMarginMs: 1_000,
      handle: async ({ messageId }) => {
        seen.push(messageId);
        left -= 2_500;
      },
    });
    expect(await handler(event, context)).toEqual(failures("c"));
    expect(seen).toEqual(["a", "b"]);
  });

  test("work in flight is told by the signal and may still end in the margin", async () => {
    const { base, event } = setUp([{ id: "a" }, { id: "b" }]);
    const handler = queueHandler({
      ...base,
      deadlineMarginMs: 400,
      handle: async ({ messageId }, { signal }) => {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        if (messageId === "b") signal.throwIfAborted();
      },
    });
    await onFakeClock(async () => {
      expect(await handler(event, lambdaContext(600))).toEqual(failures("b"));
    });
  });

  test("a message whose work never ends is reported before the deadline, with the others acknowledged", async () => {
    const { base, event } = setUp(three);
    const handler = queueHandler({
      ...base,
      deadlineMarginMs: 200,
      handle: ({ messageId }) => (messageId === "b" ? new Promise(() => {}) : Promise.resolve()),
    });
    await onFakeClock(async () => {
      const context = lambdaContext(400);
      expect(await handler(event, context)).toEqual(failures("b"));
      expect(context.getRemainingTimeInMillis()).toBe(100);
    });
  });

  test("a timeout shorter than the margin still lets work be done", async () => {
    const { base, event } = setUp(three);
    const handler = queueHandler({ ...base, deadlineMarginMs: 5_000, handle: async () => {} });
    expect(await handler(event, lambdaContext(2_000))).toEqual(failures());
  });
});

describe("the whole batch at once", () => {
  test("each outcome is brought to its end", async () => {
    const { base, event, parked } = setUp(three);
    const outcomes: Outcome[] = [
      { kind: "done" },
      { kind: "rejected", reason: "conflict" },
      { kind: "retry", error: new Error("throttled") },
    ];
    const handler = queueHandler({ ...base, handleBatch: async () => outcomes });
    expect(await handler(event, lambdaContext())).toEqual(failures("c"));
    expect(parked).toMatchObject([{ id: "b", reason: "conflict" }]);
  });

  test("only messages that parse are handed over, and the outcomes are theirs", async () => {
    const { base, event, parked } = setUp([{ id: "a" }, { id: "x", malformed: true }, { id: "b" }]);
    const handler = queueHandler({
      ...base,
      handleBatch: async (messages): Promise<Outcome[]> => {
        expect(messages.map(({ messageId }) => messageId)).toEqual(["a", "b"]);
        return [{ kind: "done" }, { kind: "retry", error: new Error("no") }];
      },
    });
    expect(await handler(event, lambdaContext())).toEqual(failures("b"));
    expect(parked).toMatchObject([{ id: "x" }]);
  });

  test("a batch without a message that parses does not reach the handler", async () => {
    const { base, event } = setUp([{ id: "x", malformed: true }]);
    let reached = false;
    const handleBatch = async () => {
      reached = true;
      return [];
    };
    expect(await queueHandler({ ...base, handleBatch })(event, lambdaContext())).toEqual(failures());
    expect(reached).toBe(false);
  });

  test.each([
    ["too few outcomes", async (): Promise<Outcome[]> => [{ kind: "done" }]],
    ["too many outcomes", async () => Array.from({ length: 4 }, (): Outcome => ({ kind: "done" }))],
    ["an error", () => Promise.reject(new Error("no"))],
    ["a rejection, which says nothing of which message", () => Promise.reject(new Rejection("no"))],
  ])("%s fails every message, and parks none", async (_, handleBatch) => {
    const { base, event, parked } = setUp(three);
    expect(await queueHandler({ ...base, handleBatch })(event, lambdaContext())).toEqual(failures("a", "b", "c"));
    expect(parked).toEqual([]);
  });

  test("a batch that never ends is reported whole before the deadline", async () => {
    const { base, event } = setUp(three);
    const handler = queueHandler({ ...base, deadlineMarginMs: 200, handleBatch: () => new Promise(() => {}) });
    await onFakeClock(async () => {
      expect(await handler(event, lambdaContext(400))).toEqual(failures("a", "b", "c"));
    });
  });
});

describe("what is no batch of messages", () => {
  test("an event of another source is an error that names source and expectation, and nothing out of the event", async () => {
    const { base } = setUp([]);
    const handler = queueHandler({ ...base, handle: async () => {} });
    await expect(handler({ Records: "Jane Roe" }, lambdaContext())).rejects.toMatchObject({
      code: "UNEXPECTED_EVENT",
      message: expect.stringMatching(/^This function is for SQS events\. Records: expected .*, received "…"$/),
    });
  });

  test("a message that cannot be identified fails the batch before anything is handled", async () => {
    const { base, event } = setUp([{ id: "a" }, { malformed: true }]);
    let handled = 0;
    const handler = queueHandler({ ...base, handle: async () => void (handled += 1) });
    await expect(handler(event, lambdaContext())).rejects.toMatchObject({ code: "UNIDENTIFIED_RECORD", index: 1 });
    expect(handled).toBe(0);
  });
});

const fate = fc.record({
  outcome: fc.constantFrom("done", "rejected", "retry"),
  malformed: fc.boolean(),
  parkingFails: fc.boolean(),
});

test.each(["handle", "handleBatch"] as const)(
  "whatever happens to each message, exactly those neither done nor parked are reported (%s)",
  async (way) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        async (fates, concurrency) => {
          const items = fates.map(({ malformed }, index) => ({ id: String(index), malformed }));
          const { base, event, parked } = setUp(items, (id) => fates[Number(id)]?.parkingFails === true);
          const outcomeOf = (id: string): Outcome => {
            const kind = fates[Number(id)]?.outcome;
            if (kind === "rejected") return { kind, reason: "no" };
            return kind === "retry" ? { kind, error: new Error("again") } : { kind: "done" };
          };
          const handler =
            way === "handleBatch"
              ? queueHandler({
                  ...base,
                  concurrency,
                  handleBatch: async (messages) => messages.map(({ messageId }) => outcomeOf(messageId)),
                })
              : queueHandler({
                  ...base,
                  concurrency,
                  handle: async ({ messageId }) => {
                    const outcome = outcomeOf(messageId);
                    if (Number(messageId) % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
                    if (outcome.kind === "rejected") throw new Rejection(outcome.reason);
                    if (outcome.kind === "retry") throw outcome.error;
                  },
                });
          const rejected = fates.map(({ malformed, outcome }) => malformed || outcome === "rejected");
          const mustFail = items.filter((_, index) =>
            rejected[index] ? fates[index]?.parkingFails : fates[index]?.outcome === "retry",
          );
          const mustPark = items.filter((_, index) => rejected[index] && !fates[index]?.parkingFails);
          expect(await handler(event, lambdaContext())).toEqual(failures(...mustFail.map(({ id }) => id)));
          expect(parked.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(
            mustPark.map(({ id }) => Number(id)),
          );
        },
      ),
    );
  },
);
