import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  DLQ,
  FUNCTION,
  QUEUE,
  SHOP,
  TOPIC,
  rule,
  schedule,
  startMessaging,
  subscription,
  target,
  type TestMessaging,
} from "../../../test/messaging-fixture.ts";
import { LambdaStopped } from "../../lambda/invocation.ts";

const START = "2026-01-01T00:00:30Z";
const MINUTE_MS = 60_000;
let running: TestMessaging | undefined;
// Sockets and databases keep their real clocks.
beforeEach(() => void vi.useFakeTimers({ now: new Date(START), toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(async () => {
  await running?.stop();
  running = undefined;
  vi.useRealTimers();
});

type Definition = ReturnType<typeof schedule>;
async function start(definition: Definition, more: Parameters<typeof startMessaging>[0] = {}): Promise<TestMessaging> {
  running = await startMessaging({ schedules: [definition], timeScale: 1, ...more });
  return running;
}
const timed = (expression: string, more: Partial<Definition> = {}) =>
  schedule(FUNCTION, { target: { input: '"<aws.scheduler.scheduled-time>"' }, expression, ...more });
const pass = (minutes: number) => vi.advanceTimersByTime(minutes * MINUTE_MS);
const firedAt = () => running?.invoked.map((payload): unknown => JSON.parse(payload));
const attributesIn = (message: { messageAttributes: Readonly<Record<string, { stringValue?: string }>> } | undefined) =>
  Object.fromEntries(
    Object.entries(message?.messageAttributes ?? {}).map(([name, { stringValue }]) => [name, stringValue]),
  );

// AWS: scheduler schedule-types, API_CreateSchedule.
describe("a schedule fires", () => {
  test("at a rate, for the first time as soon as it is there", async () => {
    await start(timed("rate(5 minutes)"));
    pass(11);
    expect(firedAt()).toEqual([START, "2026-01-01T00:05:30Z", "2026-01-01T00:10:30Z"]);
  });

  test("at a rate from its start date, and not at its end date", async () => {
    await start(timed("rate(5 minutes)", { start: "2026-01-01T00:02:00Z", end: "2026-01-01T00:12:00Z" }));
    pass(60);
    expect(firedAt()).toEqual(["2026-01-01T00:02:00Z", "2026-01-01T00:07:00Z"]);
    expect(running?.timers.schedules()).toMatchObject([{ next: undefined }]);
  });

  test("by cron in its time zone, between its dates", async () => {
    const dates = { start: "2026-01-02T00:00:00Z", end: "2026-01-04T00:00:00Z" };
    await start(timed("cron(0 8 * * ? *)", { timeZone: "America/New_York", ...dates }));
    pass(5 * 24 * 60);
    expect(firedAt()).toEqual(["2026-01-02T13:00:00Z", "2026-01-03T13:00:00Z"]);
  });

  test("once at its time, whatever its dates", async () => {
    const dates = { start: "2027-01-01T00:00:00Z", end: "2025-01-01T00:00:00Z" };
    await start(timed("at(2026-01-01T09:00:00)", { timeZone: "Asia/Tokyo", ...dates }));
    expect(firedAt()).toEqual([]);
    await running?.stop();
    await start(timed("at(2026-01-01T10:00:00)", { timeZone: "Asia/Tokyo" }));
    pass(24 * 60);
    expect(firedAt()).toEqual(["2026-01-01T01:00:00Z"]);
  });

  test("within its flexible time window, with the time that was scheduled", async () => {
    await start(timed("cron(0/10 * * * ? *)", { flexibleWindowMinutes: 4 }));
    pass(10);
    expect(running?.invoked.length).toBeLessThan(2);
    pass(4);
    expect(firedAt()).toEqual(["2026-01-01T00:10:00Z"]);
  });

  test("sooner at a rate on a smaller time scale", async () => {
    await start(timed("rate(5 minutes)"), { timeScale: 0.01 });
    pass(0.1);
    expect(firedAt()).toEqual([START, "2026-01-01T00:00:33Z", "2026-01-01T00:00:36Z"]);
  });

  test("not while it is disabled, but when it is ticked, by its name or its component's", async () => {
    await start(timed("rate(5 minutes)", { enabled: false }));
    pass(60);
    expect(firedAt()).toEqual([]);
    expect(["Nightly", "nightly-abc", "other"].map((name) => running?.timers.tick(name))).toEqual([true, true, false]);
    expect(firedAt()).toHaveLength(2);
  });

  test("on a state folder as the rate that it was before the restart, unless its expression has changed", async () => {
    const state = new DatabaseSync(":memory:");
    await start(timed("rate(5 minutes)"), { state });
    pass(6);
    await running?.stop();
    await start(timed("rate(5 minutes)"), { state });
    pass(5);
    expect(firedAt()).toEqual(["2026-01-01T00:10:30Z"]);
    await running?.stop();
    await start(timed("rate(7 minutes)"), { state });
    pass(1);
    expect(firedAt()).toEqual(["2026-01-01T00:11:30Z"]);
  });
});

// AWS: scheduler managing-targets-templated, managing-schedule-context-attributes.
describe("a schedule's target", () => {
  const once = (targetArn: string, more?: Definition["target"] | Partial<Definition["target"]>) =>
    schedule(targetArn, { expression: "at(2026-01-01T00:01:00)", ...(more && { target: more }) });

  test("gets Scheduler's notification where it has no input", async () => {
    const { arn } = once(FUNCTION);
    await start(once(FUNCTION));
    pass(1);
    expect(firedAt()).toMatchObject([
      {
        source: "aws.scheduler",
        "detail-type": "Scheduled Event",
        time: "2026-01-01T00:01:00Z",
        resources: [arn],
        detail: "{}",
      },
    ]);
    expect(running?.scheduler.status()).toMatchObject([
      { source: arn, target: "worker", kind: "schedule", records: 1 },
    ]);
  });

  test("gets its input with the keywords filled in", async () => {
    const input =
      '{"arn":"<aws.scheduler.schedule-arn>","run":"<aws.scheduler.execution-id>","attempt":<aws.scheduler.attempt-number>}';
    const definition = once(FUNCTION, { input });
    await start(definition);
    pass(1);
    expect(firedAt()).toEqual([{ arn: definition.arn, run: expect.stringMatching(/^[0-9a-f]{16}$/), attempt: 1 }]);
  });

  test("may be a queue with a message group, or a topic", async () => {
    await start(once(QUEUE, { input: "no JSON", groupId: "g" }));
    pass(1);
    expect(running?.receive(QUEUE)).toMatchObject([{ body: "no JSON", attributes: { MessageGroupId: "g" } }]);
    await running?.stop();
    vi.setSystemTime(START);
    const subscriptions = [subscription("sqs", QUEUE, { RawMessageDelivery: "true" })];
    await start(once(TOPIC, { input: "hello" }), { subscriptions });
    pass(1);
    expect(running?.receive(QUEUE)).toMatchObject([{ body: "hello" }]);
  });

  test("may be a bus, whose rules get an event with the schedule's source and type", async () => {
    const busEvent = { source: "shop", detailType: "tick" };
    await start(once(SHOP, { busEvent, input: '{"id":1}' }), { rules: [rule([target(QUEUE)])] });
    pass(1);
    expect(JSON.parse(running?.receive(QUEUE)[0]?.body ?? "")).toMatchObject({
      source: "shop",
      "detail-type": "tick",
      detail: { id: 1 },
    });
  });
});

// AWS: scheduler configuring-schedule-dlq, API_RetryPolicy.
describe("an invocation that is not taken", () => {
  const input = '{"attempt":<aws.scheduler.attempt-number>}';
  const failing = (more: Partial<Definition["target"]>, targetArn = FUNCTION) =>
    schedule(targetArn, { expression: "at(2026-01-01T00:01:00)", target: { input, deadLetterArn: DLQ, ...more } });
  const busy = () => {
    throw new Error("busy");
  };

  test("is tried again by its retry policy, then ends in the dead-letter queue with AWS's attributes", async () => {
    const definition = failing({ maximumRetryAttempts: 2 });
    await start(definition, { onInvoke: busy });
    pass(5);
    const [message, ...more] = running?.receive(DLQ) ?? [];
    expect(more).toEqual([]);
    expect(message?.body).toBe('{"attempt":3}');
    expect(attributesIn(message)).toEqual({
      SCHEDULE_ARN: definition.arn,
      TARGET_ARN: FUNCTION,
      SCHEDULED_TIME: "2026-01-01T00:01:00Z",
      EXECUTION_ID: expect.stringMatching(/^[0-9a-f]{16}$/),
      ERROR_CODE: "Error",
      ERROR_MESSAGE: "busy",
      EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
      RETRY_ATTEMPTS: "2",
      IS_PAYLOAD_TRUNCATED: "false",
    });
  });

  test("until it is too old ends there too", async () => {
    await start(failing({ maximumEventAgeSeconds: 60 }), { onInvoke: busy });
    pass(5);
    expect(attributesIn(running?.receive(DLQ)[0])).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: "MaximumEventAgeInSeconds",
    });
  });

  test.each([
    [FUNCTION.replace("worker", "gone"), "ResourceNotFoundException"],
    [`${QUEUE}-gone`, "AWS.SimpleQueueService.NonExistentQueue"],
    [`${TOPIC}-gone`, "NotFound"],
  ])("because %s is not there ends there at once, with the code %s", async (arn, code) => {
    await start(failing({}, arn));
    pass(1);
    expect(attributesIn(running?.receive(DLQ)[0])).toMatchObject({ ERROR_CODE: code, RETRY_ATTEMPTS: "0" });
  });

  test("because functions have stopped is made by the next process", async () => {
    const state = new DatabaseSync(":memory:");
    const stopped = () => {
      throw new LambdaStopped();
    };
    await start(failing({}), { state, onInvoke: stopped });
    pass(1);
    await running?.stop();
    await start(failing({}), { state });
    expect(running?.deliveries.idle()).toBe(false);
    pass(1);
    expect(running?.invoked).toEqual(['{"attempt":1}']);
  });
});
