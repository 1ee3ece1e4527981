import { parseEventPattern } from "../../filters/event-pattern.ts";
import { InvalidPattern } from "../../filters/invalid-pattern.ts";
import { EVENT_BRIDGE_PATTERNS } from "../../filters/pattern-dialect.ts";
import type { Graph, RuleTarget } from "../../graph/graph.ts";
import { InvalidGraph } from "../../graph/invalid-graph.ts";
import { InvalidSchedule } from "../../schedules/invalid-schedule.ts";
import { parseSchedule } from "../../schedules/schedule-expression.ts";
import { DEFAULT_BUS } from "../../graph/read-event-bridge.ts";
import { isRunTarget, problemOfTarget, type TargetParts } from "../deliveries/delivery-target.ts";
import { problemOfInput } from "./target-input.ts";

/**
 * Checks that patterns, schedules, inputs, buses, targets and dead-letter queues of rules are what EventBridge takes and what is there. `notice` is
 * told of targets of other services, which are not run.
 * @throws InvalidGraph
 */
export function checkRules(graph: TargetParts & Pick<Graph, "rules">, notice: (sentence: string) => void): void {
  for (const { name, busName, pattern, schedule, targets } of graph.rules) {
    const refuse = (problem: string, options?: ErrorOptions) =>
      new InvalidGraph(name, `the rule is refused: ${problem}`, options);
    if (!graph.buses.some((bus) => bus.name === busName)) throw refuse(`Event bus ${busName} does not exist.`);
    if (pattern !== undefined) {
      try {
        parseEventPattern(pattern, EVENT_BRIDGE_PATTERNS);
      } catch (cause) {
        if (!(cause instanceof InvalidPattern)) throw cause;
        throw refuse(`Event pattern is not valid. Reason: ${cause.message}`, { cause });
      }
    }
    if (schedule !== undefined) {
      if (busName !== DEFAULT_BUS) throw refuse("ScheduleExpression is supported only on the default event bus.");
      try {
        if (parseSchedule(schedule).kind === "at") throw new InvalidSchedule(schedule, "expected rate(…) or cron(…).");
      } catch (cause) {
        if (!(cause instanceof InvalidSchedule)) throw cause;
        throw refuse(cause.message, { cause });
      }
    }
    for (const target of targets) checkTarget(target, { graph, name, refuse, notice });
  }
}

function checkTarget(
  target: RuleTarget,
  {
    graph,
    name,
    refuse,
    notice,
  }: {
    readonly graph: TargetParts;
    readonly name: string;
    readonly refuse: (problem: string) => InvalidGraph;
    readonly notice: (sentence: string) => void;
  },
): void {
  const { arn, input } = target;
  if (!isRunTarget(target))
    return notice(`${name} does not deliver to ${arn}: local rules deliver to functions, queues, topics and buses.`);
  const wrong = problemOfTarget(target, graph);
  if (wrong !== undefined) throw refuse(wrong);
  const problem = input === undefined ? undefined : problemOfInput(input);
  if (problem !== undefined) throw refuse(`the input of its target ${target.id}: ${problem}`);
}
