import { describe, expect, test } from "vitest";
import { objectEvent, queueEvent } from "../test/events.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { recordedLog } from "../test/recorded-log.ts";
import type { Once } from "./handler-options.ts";
import type { IdempotencyOutcome } from "./outcome.ts";
import { objectHandler } from "./object-handler.ts";
import { queueHandler } from "./queue-handler.ts";
import { Rejection } from "./rejection.ts";

const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const failed = (code: string, error: unknown = new Error(code)): IdempotencyOutcome => ({
  kind: "failed",
  code,
  error,
});

/** A strategy that answers as it is told, and runs the work where it says `applied`. */
function strategy(answers: Readonly<Record<string, IdempotencyOutcome>> = {}): Once<unknown>["by"] {
  return {
    laneOf: ({ keyOf }, value) => keyOf(value),
    async runRecord({ keyOf }, value, { signal }, work) {
      const answer = answers[keyOf(value)] ?? { kind: "applied" };
      if (answer.kind !== "applied") return answer;
      try {
        await work({ fence: 7, signal });
        return answer;
      } catch (error) {
        return failed("UNKNOWN", error);
      }
    },
  };
}

const identity = { keyOf: ({ messageId }: { messageId: string }) => messageId, payloadOf: () => "" };

function setUp() {
  const { log, lines, counts } = recordedLog();
  const parked: { id: string; reason: string }[] = [];
  const park = async ({ id }: { id: string }, reason: string) => void parked.push({ id, reason });
  return { base: { log, park }, lines, counts, parked };
}

describe("work that is done once", () => {
  test("has its outcome translated into the record's in one place", async () => {
    const answers: Record<string, IdempotencyOutcome> = {
      duplicate: { kind: "duplicate" },
      conflict: { kind: "conflict", stored: "f-1", given: "f-2" },
      busy: { kind: "busy", untilMs: 1_772_359_200_000 },
      throttled: { ...failed("DEADLINE"), throttles: 3 },
      denied: failed("AccessDenied"),
      large: failed("ValidationError"),
      unreadable: failed("ITEM_UNREADABLE"),
      unknown: { kind: "failed", code: "constructor", error: undefined },
    };
    const ids = ["new", ...Object.keys(answers)];
    const { base, parked, lines, counts } = setUp();
    const handled: string[] = [];
    const handler = queueHandler({
      ...base,
      once: { by: strategy(answers), ...identity },
      handle: async ({ messageId }, { fence }) => void handled.push(`${messageId} ${fence ?? ""}`),
    });
    expect(await handler(queueEvent(ids.map((id) => ({ id }))), lambdaContext())).toEqual(
      failures("busy", "throttled", "denied", "unknown"),
    );
    expect(handled).toEqual(["new 7"]);
    expect(parked.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([
      "conflict: This key is stored with another payload: f-1 is stored, f-2 came",
      expect.stringMatching(/^large: .*over 400 KB.*ValidationError/),
      expect.stringMatching(/^unreadable: .*ITEM_UNREADABLE/),
    ]);
    expect(Object.fromEntries(counts)).toMatchObject({
      Duplicates: 1,
      Conflicts: 1,
      Throttles: 3,
      Rejected: 3,
      Retried: 4,
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ fields: { event: "record.duplicate", messageId: "duplicate" } }),
    );
    const errors = lines.flatMap(({ fields }) => (fields["event"] === "record.retried" ? [fields["err"]] : []));
    expect(errors).toMatchObject([
      {
        code: "BUSY",
        message: expect.stringContaining("until 2026-03-01T10:00:00.000Z"),
      },
      { message: "DEADLINE" },
      { message: "AccessDenied" },
      { code: "constructor" },
    ]);
  });

  test("may reject, which is parked, and may throw, which is retried", async () => {
    const { base, parked } = setUp();
    const handler = queueHandler({
      ...base,
      once: { by: strategy(), ...identity },
      handle: ({ messageId }) =>
        Promise.reject(messageId === "a" ? new Rejection('no such mailbox "x"') : new Error("no")),
    });
    expect(await handler(queueEvent([{ id: "a" }, { id: "b" }]), lambdaContext())).toEqual(failures("b"));
    expect(parked).toEqual([{ id: "a", reason: 'no such mailbox "x"' }]);
  });

  test("waits in a batch for a record of the same key, so that it is a duplicate and not busy", async () => {
    const { base } = setUp();
    let busy = 0;
    let most = 0;
    const by: Once<unknown>["by"] = {
      laneOf: () => "one key",
      async runRecord(_, __, { signal }, work) {
        most = Math.max(most, (busy += 1));
        await new Promise((resolve) => setImmediate(resolve));
        const outcome = await work({ fence: 1, signal }).then(
          (): IdempotencyOutcome => ({ kind: "applied" }),
          (error: unknown) => failed("UNKNOWN", error),
        );
        busy -= 1;
        return outcome;
      },
    };
    const seen: string[] = [];
    const handler = queueHandler({
      ...base,
      once: { by, ...identity },
      handle: async ({ messageId }) => {
        seen.push(messageId);
        if (messageId === "a") throw new Error("a failure stops nothing in a standard queue");
      },
    });
    const items = ["a", "b", "c"].map((id) => ({ id }));
    expect(await handler(queueEvent(items), lambdaContext())).toEqual(failures("a"));
    expect({ most, seen }).toEqual({ most: 1, seen: ["a", "b", "c"] });
  });

  test("throws what fails to Lambda, where its event source is S3", async () => {
    const { base } = setUp();
    const answers: Record<string, IdempotencyOutcome> = {
      held: { kind: "busy", untilMs: 0 },
      same: { kind: "duplicate" },
    };
    const handler = objectHandler({
      log: base.log,
      once: { by: strategy(answers), keyOf: ({ key }) => key, payloadOf: ({ eTag }) => eTag },
      handle: async () => {},
    });
    await handler(objectEvent([{ id: "new" }, { id: "same" }]), lambdaContext());
    await expect(handler(objectEvent([{ id: "held" }]), lambdaContext())).rejects.toMatchObject({ code: "BUSY" });
  });
});

describe("the outcome that one record is applied with", () => {
  test("is the record's, and what is thrown beside it is retried or parked", async () => {
    const { base, parked, counts } = setUp();
    const outcomes: Record<string, IdempotencyOutcome> = {
      a: { kind: "applied" },
      b: { kind: "duplicate" },
      c: { kind: "conflict", stored: "x", given: "y" },
      d: failed("DEADLINE"),
    };
    const handler = queueHandler({
      ...base,
      apply: async ({ messageId }) => {
        const outcome = outcomes[messageId];
        if (outcome === undefined) throw messageId === "e" ? new Rejection("never") : new Error("no");
        return outcome;
      },
    });
    const items = ["a", "b", "c", "d", "e", "f"].map((id) => ({ id }));
    expect(await handler(queueEvent(items), lambdaContext())).toEqual(failures("d", "f"));
    expect(parked.map(({ id }) => id)).toEqual(["c", "e"]);
    expect(Object.fromEntries(counts)).toMatchObject({ Duplicates: 1, Conflicts: 1 });
  });
});

describe("the outcomes of a whole batch", () => {
  test("may be those of a strategy, beside the handler's own", async () => {
    const { base, parked, counts, lines } = setUp();
    const handler = queueHandler({
      ...base,
      handleBatch: async () => [
        { kind: "applied", throttles: 1 },
        { kind: "duplicate" },
        { kind: "conflict", stored: "x", given: "y" },
        { kind: "rejected", reason: "own" },
        failed("DEADLINE"),
      ],
    });
    const items = ["a", "b", "c", "d", "e"].map((id) => ({ id }));
    expect(await handler(queueEvent(items), lambdaContext())).toEqual(failures("e"));
    expect(parked.map(({ id }) => id)).toEqual(["c", "d"]);
    expect(Object.fromEntries(counts)).toMatchObject({ Throttles: 1, Duplicates: 1, Conflicts: 1 });
    // The service has its own line for what it handled; the skeleton does not repeat it.
    expect(lines.map(({ fields }) => fields["event"])).not.toContain("record.duplicate");
  });
});

describe("the parser of the body", () => {
  const numberIn = (body: string) =>
    /^\d+$/.test(body)
      ? ({ ok: true, value: Number(body) } as const)
      : ({
          ok: false,
          summary: "The body is not a number",
          issues: [{ path: "", expected: "digits", received: `"${body}"` }],
        } as const);

  test("gives the handler its value; what it finds wrong is parked, and no text of it is logged", async () => {
    const { base, parked, lines } = setUp();
    const event = queueEvent([{ id: "a" }, { id: "b" }]);
    Object.assign(event.Records[0] ?? {}, { body: "42" });
    Object.assign(event.Records[1] ?? {}, { body: "Jane Roe" });
    const values: number[] = [];
    const handler = queueHandler({ ...base, parseBody: numberIn, handle: async (value) => void values.push(value) });
    expect(await handler(event, lambdaContext())).toEqual(failures());
    expect(values).toEqual([42]);
    expect(parked).toEqual([{ id: "b", reason: 'The body is not a number: expected digits, received "Jane Roe"' }]);
    expect(JSON.stringify(lines)).not.toContain("Jane");
  });

  test("that throws fails its own message alone", async () => {
    const { base } = setUp();
    const parseBody = (_: string, { messageId }: { messageId: string }) => {
      if (messageId === "a") throw new Error("a bug");
      return { ok: true, value: messageId } as const;
    };
    const handler = queueHandler({ ...base, parseBody, handleBatch: async (ids) => ids.map(() => ({ kind: "done" })) });
    expect(await handler(queueEvent([{ id: "a" }, { id: "b" }]), lambdaContext())).toEqual(failures("a"));
  });
});
