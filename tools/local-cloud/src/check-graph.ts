import { checkMappings } from "./event-sources/check-mapping.ts";
import { checkRules } from "./event-sources/event-bridge/check-rules.ts";
import { checkNotifications } from "./event-sources/s3/check-notifications.ts";
import { checkSubscriptions } from "./event-sources/sns/check-subscriptions.ts";
import { checkSchedules } from "./event-sources/schedules/check-schedules.ts";
import { checkDestinations } from "./event-sources/deliveries/check-destinations.ts";
import type { Graph } from "./graph/graph.ts";
import { notRunSentences, withoutNotRun } from "./graph/not-run.ts";
import { readGraph } from "./graph/read-graph.ts";

/**
 * Reads a project's graph, and checks that AWS would take its event sources. `notice` is told of the functions that are not run, and
 * of what would invoke something that is not run.
 * @throws InvalidGraph, InvalidMapping
 */
export function readCheckedGraph(json: unknown, notice: (sentence: string) => void): Graph {
  const graph = withoutNotRun(readGraph(json));
  for (const sentence of notRunSentences(graph)) notice(sentence);
  checkMappings(graph.mappings, graph);
  checkNotifications(graph.notifications, graph);
  checkSubscriptions(graph, notice);
  checkRules(graph, notice);
  checkDestinations(graph);
  return { ...graph, schedules: checkSchedules(graph, notice) };
}
