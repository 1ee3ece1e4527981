import type { EventSource } from "../event-source.ts";

/** A schedule as the status shows it. */
export interface ScheduleStatus {
  /** Of the rule, or of Scheduler's schedule. */
  readonly name: string;
  readonly component: string;
  readonly expression: string;
  /** ISO 8601; absent where it is disabled, or its time is over. */
  readonly next?: string | undefined;
}

/** Something that fires at its times. */
export interface TimedSchedule extends Omit<ScheduleStatus, "next"> {
  readonly arn: string;
  readonly enabled: boolean;
  /** Called once, at the start. What is due up to the time that it returns is over. */
  begin(now: Date): Date;
  /** The first time after `after`; nothing where there is none any more. */
  next(after: Date): Date | undefined;
  /** It fires at some moment between its time and so much later. */
  readonly windowMs: number;
  fire(time: Date): void;
}

/** The schedules of rules and of EventBridge Scheduler. */
export interface ScheduleTimers extends EventSource {
  /** Fires one now, a disabled one too, by its name or its component's. False where there is none. */
  tick(name: string): boolean;
  schedules(): ScheduleStatus[];
}

const MAX_TIMER_MS = 2_147_483_647;

/**
 * Fires schedules at their times. What fell due while nothing ran is not made up for. A schedule that will fire later is nothing under
 * way, so this source is always idle.
 */
export function createScheduleTimers(schedules: readonly TimedSchedule[]): ScheduleTimers {
  const timers = new Map<string, NodeJS.Timeout>();
  const delayed = new Set<NodeJS.Timeout>();
  const due = new Map<string, Date>();

  function plan(each: TimedSchedule, after: Date): void {
    const next = each.next(after);
    if (next === undefined) return void due.delete(each.arn);
    due.set(each.arn, next);
    waitFor(each, next);
  }

  /** Timers hold 24 days, and may ring a little early. */
  function waitFor(each: TimedSchedule, next: Date): void {
    const waitMs = next.getTime() - Date.now();
    const ring = () => {
      if (Date.now() < next.getTime()) return waitFor(each, next);
      fireWithinWindow(each, next);
      // From now on, and not from `next`: a machine that slept does not fire for every time that it missed.
      plan(each, new Date());
    };
    timers.set(each.arn, setTimeout(ring, Math.min(Math.max(1, waitMs), MAX_TIMER_MS)));
  }

  function fireWithinWindow(each: TimedSchedule, time: Date): void {
    if (each.windowMs === 0) return each.fire(time);
    const timer = setTimeout(() => {
      delayed.delete(timer);
      each.fire(time);
    }, Math.random() * each.windowMs);
    delayed.add(timer);
  }

  return {
    async start() {
      const now = new Date();
      for (const each of schedules) if (each.enabled) plan(each, each.begin(now));
    },
    tick(name) {
      const found = schedules.find((each) => each.name === name || each.component === name);
      found?.fire(new Date());
      return found !== undefined;
    },
    schedules: () =>
      schedules.map(({ name, component, expression, arn }) => ({
        name,
        component,
        expression,
        next: due.get(arn)?.toISOString(),
      })),
    idle: () => true,
    status: () => [],
    async stop() {
      for (const timer of [...timers.values(), ...delayed]) clearTimeout(timer);
    },
  };
}
