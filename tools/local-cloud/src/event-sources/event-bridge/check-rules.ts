import { isFifoQueue } from "../../emulators/queues.ts";
import { parseEventPattern } from "../../filters/event-pattern.ts";
import { InvalidPattern } from "../../filters/invalid-pattern.ts";
import { EVENT_BRIDGE_PATTERNS } from "../../filters/pattern-dialect.ts";
import { functionNameOf } from "../../graph/function-name.ts";
import type { Graph, RuleTarget } from "../../graph/graph.ts";
import { InvalidGraph } from "../../graph/invalid-graph.ts";
import { InvalidSchedule } from "../../schedules/invalid-schedule.ts";
import { parseSchedule } from "../../schedules/schedule-expression.ts";
import { DEFAULT_BUS, busNameOf } from "../../graph/read-event-bridge.ts";
import { problemOfInput } from "./target-input.ts";

type Parts = Pick<Graph, "rules" | "buses" | "functions" | "queues" | "topics">;

/** What each service's targets must be among. */
const TARGETS: Readonly<Record<string, (arn: string, graph: Parts) => boolean>> = {
  lambda: (target, { functions }) => functions.some(({ name }) => name === functionNameOf(target)),
  sqs: (target, { queues }) => queues.some(({ arn }) => arn === target),
  sns: (target, { topics }) => topics.some(({ arn }) => arn === target),
  events: (target, { buses }) => buses.some(({ name }) => name === busNameOf(target)),
};

const serviceOf = (arn: string): string => arn.split(":")[2] ?? "";

/** Whether the local cloud delivers to it. */
export const isRunTarget = ({ arn }: RuleTarget): boolean =>
  Object.hasOwn(TARGETS, serviceOf(arn)) && !arn.includes(":api-destination/");

/**
 * Checks that patterns, schedules, inputs, buses, targets and dead-letter queues of rules are what EventBridge takes and what is there. `notice` is
 * told of targets of other services, which are not run.
 * @throws InvalidGraph
 */
export function checkRules(graph: Parts, notice: (sentence: string) => void): void {
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
        parseSchedule(schedule);
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
    readonly graph: Parts;
    readonly name: string;
    readonly refuse: (problem: string) => InvalidGraph;
    readonly notice: (sentence: string) => void;
  },
): void {
  const { arn, input, deadLetterArn, groupId } = target;
  if (!isRunTarget(target))
    return notice(`${name} does not deliver to ${arn}: local rules deliver to functions, queues, topics and buses.`);
  if (TARGETS[serviceOf(arn)]?.(arn, graph) !== true) throw refuse(`its target ${arn} is not in the graph.`);
  if (isFifoQueue(arn) && groupId === undefined)
    throw refuse(`Parameter(s) SqsParameters must be specified for target: ${target.id}.`);
  const problem = input === undefined ? undefined : problemOfInput(input);
  if (problem !== undefined) throw refuse(`the input of its target ${target.id}: ${problem}`);
  if (deadLetterArn === undefined) return;
  if (isFifoQueue(deadLetterArn))
    throw refuse(`${deadLetterArn} is a FIFO queue, and dead letters go to standard ones.`);
  if (!TARGETS["sqs"]?.(deadLetterArn, graph)) throw refuse(`there is no queue ${deadLetterArn} for its dead letters.`);
}
