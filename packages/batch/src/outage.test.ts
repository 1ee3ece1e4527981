import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { queueEvent } from "../test/events.ts";
import { lambdaContext } from "../test/lambda-context.ts";
import { recordedLog } from "../test/recorded-log.ts";
import type { HiddenMessage } from "./outage.ts";
import { queueHandler, type QueueHandlerOptions } from "./queue-handler.ts";
import { Rejection } from "./rejection.ts";
import type { QueueMessage } from "@doorbell/aws-events/sqs";

/** Messages `id`, received so many times. */
function received(...messages: readonly (readonly [id: string, receiveCount: number])[]) {
  const event = queueEvent(messages.map(([id]) => ({ id })));
  const Records = event.Records.map((record, at) => ({
    ...record,
    receiptHandle: `handle of ${messages[at]?.[0]}`,
    attributes: { ApproximateReceiveCount: String(messages[at]?.[1]), SentTimestamp: String(Date.now()) },
  }));
  return { Records };
}

/** A handler whose work is `handle`, and what it hid. */
function setUp(
  handle: (message: QueueMessage) => Promise<void>,
  over: Partial<QueueHandlerOptions<QueueMessage, never>["backoff"]> = {},
) {
  const { log, lines } = recordedLog();
  const hidden: (readonly HiddenMessage[])[] = [];
  const parked: string[] = [];
  const tried: string[] = [];
  const handler = queueHandler({
    log,
    park: async ({ id }) => void parked.push(id),
    handle: async (message) => {
      tried.push(message.messageId);
      await handle(message);
    },
    backoff: { hide: async (messages) => void hidden.push(messages), random: () => 0, ...over },
  });
  const events = () => lines.map(({ fields }) => fields["event"]);
  return { handler, hidden, parked, tried, lines, events };
}

const away = () => Promise.reject(new Error("the table is away"));
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

describe("where everything in a batch fails", () => {
  test("its messages are hidden in one call, the longer the more often each was received", async () => {
    const { handler, hidden, lines } = setUp(away);
    expect(await handler(received(["a", 1], ["b", 3], ["c", 20]), lambdaContext())).toEqual(failures("a", "b", "c"));
    expect(hidden).toEqual([
      [
        { receiptHandle: "handle of a", seconds: 15 },
        { receiptHandle: "handle of b", seconds: 60 },
        { receiptHandle: "handle of c", seconds: 450 },
      ],
    ]);
    expect(lines.at(-1)?.fields).toEqual({ event: "batch.backed-off", messages: 3, seconds: 450 });
  });

  test("what can never succeed is parked at once, and is no success", async () => {
    const { handler, hidden, parked } = setUp(({ messageId }) =>
      messageId === "poison" ? Promise.reject(new Rejection("never")) : away(),
    );
    expect(await handler(received(["poison", 1], ["a", 1]), lambdaContext())).toEqual(failures("a"));
    expect(parked).toEqual(["poison"]);
    expect(hidden).toEqual([[{ receiptHandle: "handle of a", seconds: 15 }]]);
  });

  test("near the end of the queue's retention they come back sooner", async () => {
    const { handler, hidden } = setUp(away, { retentionSeconds: 60 });
    await handler(received(["a", 20]), lambdaContext());
    expect(hidden[0]?.[0]?.seconds).toBeGreaterThanOrEqual(28);
    expect(hidden[0]?.[0]?.seconds).toBeLessThanOrEqual(30);
  });
});

describe("messages come back at their usual time", () => {
  test("where any of the batch succeeded", async () => {
    const { handler, hidden } = setUp(({ messageId }) => (messageId === "a" ? away() : Promise.resolve()));
    expect(await handler(received(["a", 3], ["b", 1]), lambdaContext())).toEqual(failures("a"));
    expect(hidden).toEqual([]);
  });

  test("where all of it was rejected, or there was nothing", async () => {
    const { handler, hidden } = setUp(() => Promise.reject(new Rejection("never")));
    expect(await handler(received(["a", 3]), lambdaContext())).toEqual(failures());
    expect(await handler(received(), lambdaContext())).toEqual(failures());
    expect(hidden).toEqual([]);
  });

  test("where hiding fails, which is logged and fails nothing else", async () => {
    const error = new Error("throttled");
    const { handler, lines } = setUp(away, { hide: () => Promise.reject(error) });
    expect(await handler(received(["a", 1]), lambdaContext())).toEqual(failures("a"));
    expect(lines.at(-1)).toMatchObject({
      level: "warn",
      fields: { event: "batch.not-backed-off", messages: 1, err: error },
    });
  });

  test("where hiding hangs: the answer is there before the deadline, and the call is told to stop", async () => {
    const told = Promise.withResolvers<void>();
    const { handler, events } = setUp(away, {
      hide: (_, signal) => {
        signal.addEventListener("abort", () => told.resolve());
        return new Promise(() => {});
      },
    });
    const context = lambdaContext(400);
    expect(await handler(received(["a", 1]), context)).toEqual(failures("a"));
    expect(events().at(-1)).toBe("batch.not-backed-off");
    await told.promise;
  });
});

describe("where what the work depends on hangs", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** The context of an invocation that began now; its clock is the fake one. */
  function context() {
    const deadline = Date.now() + 30_000;
    return { ...lambdaContext(), getRemainingTimeInMillis: () => deadline - Date.now() };
  }

  test("one batch burns its time, the next ones are not tried, then a probe is, and a success ends it", async () => {
    let down = true;
    const { handler, hidden, tried, lines } = setUp(() => (down ? new Promise(() => {}) : Promise.resolve()));
    /** How many messages of a batch failed; hangs where the batch takes longer than `ms`. */
    const run = async (id: string, ms: number) => {
      const answer = handler(received([id, 1]), context());
      await vi.advanceTimersByTimeAsync(ms);
      return (await answer).batchItemFailures.length;
    };
    expect(await run("first", 30_000)).toBe(1);
    expect(await run("refused", 1)).toBe(1);
    expect(tried).toEqual(["first"]);
    expect(lines.find(({ fields }) => fields["messageId"] === "refused")?.fields["err"]).toMatchObject({
      code: "CIRCUIT_OPEN",
    });
    expect(hidden.map((messages) => messages.length)).toEqual([1, 1]);

    await vi.advanceTimersByTimeAsync(30_000);
    expect(await run("probe", 6_000)).toBe(1);
    expect(tried).toEqual(["first", "probe"]);

    down = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await run("well again", 1)).toBe(0);
    expect(await run("and on", 1)).toBe(0);
    expect(tried).toEqual(["first", "probe", "well again", "and on"]);
  });

  test("while nothing is tried, a message that cannot be read is parked at once", async () => {
    const { log } = recordedLog();
    const parked: string[] = [];
    const handler = queueHandler({
      log,
      park: async ({ id }) => void parked.push(id),
      parseBody: (_, { messageId }) =>
        messageId === "poison" ? { ok: false, issues: [] } : { ok: true, value: messageId },
      handle: () => new Promise(() => {}),
      backoff: { hide: async () => {} },
    });
    const first = handler(received(["a", 1]), context());
    await vi.advanceTimersByTimeAsync(30_000);
    await first;
    expect(await handler(received(["poison", 1], ["b", 1]), context())).toEqual(failures("b"));
    expect(parked).toEqual(["poison"]);
  });
});
