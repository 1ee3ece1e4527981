import type { RuleDefinition } from "../../graph/graph.ts";
import { parseSchedule } from "../../schedules/schedule-expression.ts";
import type { EventRules } from "../event-bridge/event-rules.ts";
import type { TimedSchedule } from "./schedule-timers.ts";

/**
 * The rules that have a schedule, with the event that EventBridge sends (AWS: eb-run-lambda-schedule). A rate counts from the start, and
 * fires for the first time a period later.
 */
export function ruleSchedules(options: {
  /** Checked already, by `checkRules`. */
  readonly rules: readonly RuleDefinition[];
  readonly events: Pick<EventRules, "fire">;
  readonly timeScale: number;
}): TimedSchedule[] {
  const { events, timeScale } = options;
  return options.rules.flatMap(({ name, component, arn, enabled, schedule: expression }) => {
    if (expression === undefined) return [];
    const schedule = parseSchedule(expression, { timeScale });
    let began = new Date();
    return {
      name,
      component,
      arn,
      expression,
      enabled,
      begin: (now) => (began = now),
      next: (after) => schedule.next(after, began),
      windowMs: 0,
      fire(time) {
        const entry = { source: "aws.events", detailType: "Scheduled Event", detail: "{}", resources: [arn], time };
        events.fire(arn, entry);
      },
    };
  });
}
