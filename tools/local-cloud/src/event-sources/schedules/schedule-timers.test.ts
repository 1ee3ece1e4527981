import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { rule } from "../../../test/messaging-fixture.ts";
import type { RuleDefinition } from "../../graph/graph.ts";
import type { EventEntry } from "../event-bridge/bus-event.ts";
import { ruleSchedules } from "./rule-schedules.ts";
import { createScheduleTimers, type ScheduleTimers } from "./schedule-timers.ts";

const scheduled = (schedule: string, more: Partial<RuleDefinition> = {}) =>
  rule([], { name: "nightly-abc", component: "Nightly", busName: "default", schedule, ...more });

let fired: [string, EventEntry][];
let schedules: ScheduleTimers | undefined;
beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-01-01T00:00:30Z") });
  fired = [];
  timeScale = 1;
});
afterEach(async () => {
  await schedules?.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

let timeScale = 1;
async function start(...rules: RuleDefinition[]): Promise<ScheduleTimers> {
  schedules = createScheduleTimers(
    ruleSchedules({ rules, events: { fire: (...sent) => void fired.push(sent) }, timeScale }),
  );
  await schedules.start();
  return schedules;
}
const firedAt = () => fired.map(([, { time }]) => time?.toISOString());

describe("a rule with a schedule", () => {
  // AWS: eb-run-lambda-schedule; the event of a schedule.
  test("fires with EventBridge's event at the times of its expression", async () => {
    await start(scheduled("cron(0/15 * * * ? *)"));
    vi.advanceTimersByTime(31 * 60_000);
    expect(firedAt()).toEqual(["2026-01-01T00:15:00.000Z", "2026-01-01T00:30:00.000Z"]);
    const { arn } = rule([], { busName: "default" });
    expect(fired[0]).toEqual([
      arn,
      { source: "aws.events", detailType: "Scheduled Event", detail: "{}", resources: [arn], time: expect.any(Date) },
    ]);
  });

  test("of a rate counts from the start", async () => {
    await start(scheduled("rate(1 minute)"));
    vi.advanceTimersByTime(150_000);
    expect(firedAt()).toEqual(["2026-01-01T00:01:30.000Z", "2026-01-01T00:02:30.000Z"]);
  });

  test("of a rate comes sooner on a smaller time scale, and once a second at most; cron keeps to the clock", async () => {
    timeScale = 0.1;
    await start(scheduled("cron(1 0 * * ? *)", { arn: "cron" }), scheduled("rate(5 minutes)"));
    vi.advanceTimersByTime(60_000);
    expect(fired.map(([arn, { time }]) => [arn === "cron", time?.toISOString()])).toEqual([
      [true, "2026-01-01T00:01:00.000Z"],
      [false, "2026-01-01T00:01:00.000Z"],
      [false, "2026-01-01T00:01:30.000Z"],
    ]);
    await schedules?.stop();
    fired = [];
    timeScale = 0.000_1;
    await start(scheduled("rate(1 minute)"));
    vi.advanceTimersByTime(3_000);
    expect(fired).toHaveLength(3);
  });

  test("that is further away than a timer reaches fires then, once", async () => {
    await start(scheduled("cron(0 0 1 MAR ? *)"));
    vi.advanceTimersByTime(60 * 86_400_000);
    expect(firedAt()).toEqual(["2026-03-01T00:00:00.000Z"]);
  });

  test("is shown with its next time, and is not under way", async () => {
    const source = await start(scheduled("rate(1 day)"), scheduled("rate(1 day)", { enabled: false, arn: "x" }));
    const shown = { name: "nightly-abc", component: "Nightly", expression: "rate(1 day)" };
    expect(source.schedules()).toEqual([
      { ...shown, next: "2026-01-02T00:00:30.000Z" },
      { ...shown, next: undefined },
    ]);
    expect(source.idle()).toBe(true);
  });

  test.each(["Nightly", "nightly-abc"])("fires now when it is ticked as %s, though it is disabled", async (name) => {
    const source = await start(scheduled("rate(1 day)", { enabled: false }));
    vi.advanceTimersByTime(2 * 86_400_000);
    expect(fired).toEqual([]);
    expect(source.tick(name)).toBe(true);
    expect(fired).toHaveLength(1);
  });

  test("is not ticked by another name, and a rule without a schedule by none", async () => {
    const source = await start(scheduled("rate(1 day)"), rule([]));
    expect(["other", "placed"].map((name) => source.tick(name))).toEqual([false, false]);
  });

  test("fires no more once it is stopped", async () => {
    const source = await start(scheduled("rate(1 minute)"));
    await source.stop();
    vi.advanceTimersByTime(600_000);
    expect(fired).toEqual([]);
  });
});
