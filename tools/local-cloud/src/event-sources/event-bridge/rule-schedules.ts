import { parseSchedule } from "../../schedules/schedule-expression.ts";
import type { RuleDefinition } from "../../graph/graph.ts";
import type { EventSource } from "../event-source.ts";
import type { EventRules } from "./event-rules.ts";

/** A schedule as the status shows it. */
export interface ScheduleStatus {
  /** Of the rule. */
  readonly name: string;
  readonly component: string;
  readonly expression: string;
  /** ISO 8601; absent where it is disabled, or its years are over. */
  readonly next?: string | undefined;
}

/** The rules that fire by a schedule. */
export interface RuleSchedules extends EventSource {
  /** Fires one now, a disabled one too, by the name of its rule or component. False where there is none. */
  tick(name: string): boolean;
  schedules(): ScheduleStatus[];
}

const MAX_TIMER_MS = 2_147_483_647;

/**
 * Fires the rules that have a schedule, with the event that EventBridge sends (AWS: eb-run-lambda-schedule). A rate counts from the
 * start, and what fell due while nothing ran is not made up for. A schedule that will fire later is nothing under way, so this source
 * is always idle.
 */
export function createRuleSchedules(options: {
  /** Checked already, by `checkRules`. */
  readonly rules: readonly RuleDefinition[];
  readonly events: Pick<EventRules, "fire">;
}): RuleSchedules {
  const scheduled = options.rules.flatMap((rule) => {
    const { schedule: expression } = rule;
    const schedule = expression === undefined ? undefined : parseSchedule(expression);
    return expression === undefined || schedule === undefined ? [] : [{ rule, expression, schedule }];
  });
  type Scheduled = (typeof scheduled)[number];
  const timers = new Map<string, NodeJS.Timeout>();
  const due = new Map<string, Date>();

  function fire({ rule }: Scheduled, time: Date): void {
    const entry = { source: "aws.events", detailType: "Scheduled Event", detail: "{}", resources: [rule.arn], time };
    options.events.fire(rule.arn, entry);
  }

  function plan(each: Scheduled, began: Date, after: Date): void {
    const { arn } = each.rule;
    const next = each.schedule.next(after, began);
    if (next === undefined) return void due.delete(arn);
    due.set(arn, next);
    waitFor(each, began, next);
  }

  /** Timers hold 24 days, and may ring a little early. */
  function waitFor(each: Scheduled, began: Date, next: Date): void {
    const waitMs = next.getTime() - Date.now();
    const ring = () => {
      if (Date.now() < next.getTime()) return waitFor(each, began, next);
      fire(each, next);
      // From now on, and not from `next`: a machine that slept does not fire for every time that it missed.
      plan(each, began, new Date());
    };
    timers.set(each.rule.arn, setTimeout(ring, Math.min(Math.max(1, waitMs), MAX_TIMER_MS)));
  }

  return {
    async start() {
      const began = new Date();
      for (const each of scheduled) if (each.rule.enabled) plan(each, began, began);
    },
    tick(name) {
      const found = scheduled.find(({ rule }) => rule.name === name || rule.component === name);
      if (found !== undefined) fire(found, new Date());
      return found !== undefined;
    },
    schedules: () =>
      scheduled.map(({ rule, expression }) => ({
        name: rule.name,
        component: rule.component,
        expression,
        next: due.get(rule.arn)?.toISOString(),
      })),
    idle: () => true,
    status: () => [],
    async stop() {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
