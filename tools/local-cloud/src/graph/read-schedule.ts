import type * as v from "valibot";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import { componentOf } from "./component-of.ts";
import type { ScheduleDefinition } from "./graph.ts";
import type * as inputs from "./graph-resources.ts";
import { InvalidGraph } from "./invalid-graph.ts";
import { readDelivery } from "./read-event-bridge.ts";

type Resource = Parameters<typeof componentOf>[0];

/**
 * Reads a schedule of EventBridge Scheduler.
 * @throws InvalidGraph for a flexible time window without its length, and for one that is off and has a length
 */
export function readSchedule(
  value: v.InferOutput<typeof inputs.scheduleInputs>,
  resource: Resource,
  region: string,
): ScheduleDefinition {
  const { name, groupName, target, flexibleTimeWindow, startDate, endDate } = value;
  const { mode, maximumWindowInMinutes } = flexibleTimeWindow;
  if ((mode === "FLEXIBLE") !== (maximumWindowInMinutes != null))
    throw new InvalidGraph(
      resource.name,
      "MaximumWindowInMinutes is expected with the flexible time window's mode FLEXIBLE, and with no other.",
    );
  const { sqsParameters, eventbridgeParameters: bus, input } = target;
  return {
    name,
    component: componentOf(resource),
    arn: `arn:aws:scheduler:${region}:${LOCAL_ACCOUNT}:schedule/${groupName ?? "default"}/${name}`,
    enabled: value.state !== "DISABLED",
    expression: value.scheduleExpression,
    timeZone: value.scheduleExpressionTimezone ?? "UTC",
    ...(startDate != null && { start: startDate }),
    ...(endDate != null && { end: endDate }),
    flexibleWindowMinutes: maximumWindowInMinutes ?? 0,
    target: {
      ...readDelivery(target),
      ...(input != null && { input }),
      ...(sqsParameters?.messageGroupId != null && { groupId: sqsParameters.messageGroupId }),
      ...(bus != null && { busEvent: { source: bus.source, detailType: bus.detailType } }),
    },
  };
}
