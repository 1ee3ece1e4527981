import type { Graph, ScheduleDefinition } from "../../graph/graph.ts";
import { InvalidGraph } from "../../graph/invalid-graph.ts";
import { serviceOf } from "../../graph/service-of.ts";
import { InvalidSchedule } from "../../schedules/invalid-schedule.ts";
import { parseSchedule } from "../../schedules/schedule-expression.ts";
import { isRunTarget, problemOfTarget, type TargetParts } from "../deliveries/delivery-target.ts";

/**
 * Checks that EventBridge Scheduler would take the schedules, and that their targets are there. Returns those that are run; `notice` is
 * told of the others, whose targets the local cloud does not have.
 * @throws InvalidGraph
 */
export function checkSchedules(
  graph: TargetParts & Pick<Graph, "schedules">,
  notice: (sentence: string) => void,
): readonly ScheduleDefinition[] {
  return graph.schedules.filter((schedule) => {
    const { name, target } = schedule;
    const problem = problemOf(schedule);
    if (problem !== undefined) throw new InvalidGraph(name, `the schedule is refused: ${problem}`);
    if (!isRunTarget(target)) {
      notice(
        `${name} never fires: its target is ${target.arn}, and local schedules have functions, queues, topics and buses.`,
      );
      return false;
    }
    const wrong = problemOfTarget(target, graph);
    if (wrong !== undefined) throw new InvalidGraph(name, `the schedule is refused: ${wrong}`);
    return true;
  });
}

function problemOf({ expression, timeZone, start, end, target }: ScheduleDefinition): string | undefined {
  try {
    parseSchedule(expression, { timeZone });
  } catch (error) {
    if (!(error instanceof InvalidSchedule)) throw error;
    return error.message;
  }
  if (start !== undefined && end !== undefined && Date.parse(start) >= Date.parse(end))
    return `its StartDate ${start} is not before its EndDate ${end}.`;
  const service = serviceOf(target.arn);
  if (service === "events" && target.busEvent === undefined)
    return "EventBridgeParameters are expected for a bus, with Source and DetailType.";
  // AWS: scheduler API_Target, Input.
  if ((service === "events" || service === "lambda") && target.input !== undefined && !isJson(target.input))
    return `its Input is not JSON, which a target of ${service === "events" ? "EventBridge" : "Lambda"} needs.`;
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
