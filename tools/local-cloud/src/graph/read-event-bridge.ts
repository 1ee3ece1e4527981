import type * as v from "valibot";
import { LOCAL_ACCOUNT } from "../local-region.ts";
import { componentOf } from "./component-of.ts";
import * as inputs from "./graph-resources.ts";
import { InvalidGraph } from "./invalid-graph.ts";
import type { DeliveryTarget, EventBusDefinition, RuleDefinition, RuleTarget, TargetInput } from "./graph.ts";
import type { Find } from "./read-web.ts";

/** EventBridge's defaults and limits for a target's retries (AWS: eb-rule-retry-policy): 185 times in 24 hours. */
const RETRY_ATTEMPTS = 185;
const EVENT_AGE_SECONDS = 86_400;

/** Every account has it. */
export const DEFAULT_BUS = "default";

export const busArn = (name: string, region: string): string =>
  `arn:aws:events:${region}:${LOCAL_ACCOUNT}:event-bus/${name}`;

/** The name of a bus that is given by name or by ARN. */
export const busNameOf = (arnOrName: string): string => arnOrName.replace(/^arn:.*:event-bus\//, "");

/** The default bus, and those of the graph. */
export function readBuses(find: Find, region: string): EventBusDefinition[] {
  const own = find(/^aws:cloudwatch\/eventBus:/, inputs.busInputs).map(({ value: { name }, ...resource }) => ({
    name,
    arn: busArn(name, region),
    component: componentOf(resource),
  }));
  return [{ name: DEFAULT_BUS, arn: busArn(DEFAULT_BUS, region) }, ...own];
}

/**
 * The rules with their targets.
 * @throws InvalidGraph for a target of an unknown rule, and for a rule with neither pattern nor schedule
 */
export function readRules(find: Find, region: string): RuleDefinition[] {
  const targets = find(/^aws:cloudwatch\/eventTarget:/, inputs.eventTargetInputs).map(({ name: resource, value }) => ({
    resource,
    ruleName: value.rule,
    busName: busNameOf(value.eventBusName ?? DEFAULT_BUS),
    target: readTarget(value, resource),
  }));
  const rules = find(/^aws:cloudwatch\/eventRule:/, inputs.eventRuleInputs).map(({ value, ...resource }) => {
    const { name, eventPattern, scheduleExpression } = value;
    const busName = busNameOf(value.eventBusName ?? DEFAULT_BUS);
    if (!eventPattern && !scheduleExpression)
      throw new InvalidGraph(resource.name, "Parameter(s) EventPattern or ScheduleExpression must be specified.");
    return {
      name,
      component: componentOf(resource),
      arn: `arn:aws:events:${region}:${LOCAL_ACCOUNT}:rule/${busName === DEFAULT_BUS ? "" : `${busName}/`}${name}`,
      busName,
      enabled: value.state == null ? value.isEnabled !== false : value.state !== "DISABLED",
      ...(eventPattern && { pattern: eventPattern }),
      ...(scheduleExpression && { schedule: scheduleExpression }),
      targets: targets.filter((each) => each.ruleName === name && each.busName === busName).map(({ target }) => target),
    };
  });
  const lost = targets.find(
    ({ ruleName, busName }) => !rules.some((rule) => rule.name === ruleName && rule.busName === busName),
  );
  if (lost !== undefined)
    throw new InvalidGraph(lost.resource, `Rule ${lost.ruleName} does not exist on EventBus ${lost.busName}.`);
  return rules;
}

/** How often EventBridge tries a target, and where dead letters go. */
export function readDelivery({
  arn,
  retryPolicy,
  deadLetterConfig,
}: Pick<v.InferOutput<typeof inputs.eventTargetInputs>, "arn" | "retryPolicy" | "deadLetterConfig">): DeliveryTarget {
  return {
    arn,
    maximumRetryAttempts: retryPolicy?.maximumRetryAttempts ?? RETRY_ATTEMPTS,
    maximumEventAgeSeconds: retryPolicy?.maximumEventAgeInSeconds ?? EVENT_AGE_SECONDS,
    ...(deadLetterConfig?.arn != null && { deadLetterArn: deadLetterConfig.arn }),
  };
}

function readTarget(value: v.InferOutput<typeof inputs.eventTargetInputs>, resource: string): RuleTarget {
  const input = readInput(value, resource);
  return {
    id: value.targetId ?? resource,
    ...readDelivery(value),
    ...(input !== undefined && { input }),
    ...(value.sqsTarget?.messageGroupId != null && { groupId: value.sqsTarget.messageGroupId }),
  };
}

function readInput(
  { input, inputPath, inputTransformer }: v.InferOutput<typeof inputs.eventTargetInputs>,
  resource: string,
): TargetInput | undefined {
  if ([input, inputPath, inputTransformer].filter(Boolean).length > 1)
    throw new InvalidGraph(resource, "Only one of Input, InputPath, or InputTransformer must be provided.");
  if (input) return { kind: "constant", text: input };
  if (inputPath) return { kind: "path", path: inputPath };
  if (inputTransformer == null) return undefined;
  return {
    kind: "transformer",
    paths: inputTransformer.inputPaths ?? {},
    template: inputTransformer.inputTemplate,
  };
}
