import * as v from "valibot";
import { BODY_LIMITS } from "../endpoint/body-limits.ts";
import type { Handler } from "../endpoint/front-server.ts";
import { JsonApiError, createJsonApi } from "../endpoint/json-api.ts";
import { parseEventPattern } from "../filters/event-pattern.ts";
import { InvalidPattern } from "../filters/invalid-pattern.ts";
import { matchesEvent } from "../filters/match-event.ts";
import { EVENT_BRIDGE_PATTERNS } from "../filters/pattern-dialect.ts";
import { DEFAULT_BUS, busNameOf } from "../graph/read-event-bridge.ts";
import type { EventBusDefinition, RuleDefinition } from "../graph/graph.ts";
import type { EventRules } from "../event-sources/event-bridge/event-rules.ts";
import { putEvents, putEventsParameters } from "./put-events.ts";

const prefix = v.optional(v.string(), "");
const busesParameters = v.strictObject({ NamePrefix: prefix });
const rulesParameters = v.strictObject({ NamePrefix: prefix, EventBusName: v.optional(v.string(), DEFAULT_BUS) });
const targetsParameters = v.strictObject({ Rule: v.string(), EventBusName: v.optional(v.string(), DEFAULT_BUS) });
const patternParameters = v.strictObject({ EventPattern: v.string(), Event: v.string() });

/**
 * Answers requests to EventBridge: events are put, and buses, rules and targets of the graph are shown, each list whole. What else
 * EventBridge has is refused by name (AWS: API reference of EventBridge; protocol JSON 1.1).
 */
export function createEventBridgeApi(options: {
  readonly buses: readonly EventBusDefinition[];
  readonly rules: readonly RuleDefinition[];
  readonly events: Pick<EventRules, "put">;
  readonly notice: (sentence: string) => void;
}): Handler {
  const { buses, rules } = options;
  const isBus = (name: string): boolean => buses.some((bus) => bus.name === name);

  function rulesOf(bus: string): readonly RuleDefinition[] {
    const busName = busNameOf(bus);
    if (!isBus(busName)) throw new JsonApiError("ResourceNotFoundException", `Event bus ${busName} does not exist.`);
    return rules.filter((rule) => rule.busName === busName);
  }

  const actions = {
    PutEvents: (body: unknown) => putEvents(read(putEventsParameters, body), { ...options, isBus }),
    ListEventBuses: (body: unknown) => {
      const { NamePrefix } = read(busesParameters, body);
      const listed = buses.filter(({ name }) => name.startsWith(NamePrefix));
      return { EventBuses: listed.map(({ name, arn }) => ({ Name: name, Arn: arn })) };
    },
    ListRules: (body: unknown) => {
      const { NamePrefix, EventBusName } = read(rulesParameters, body);
      return {
        Rules: rulesOf(EventBusName)
          .filter(({ name }) => name.startsWith(NamePrefix))
          .map(shownRule),
      };
    },
    ListTargetsByRule: (body: unknown) => {
      const { Rule, EventBusName } = read(targetsParameters, body);
      const rule = rulesOf(EventBusName).find(({ name }) => name === Rule);
      if (rule === undefined)
        throw new JsonApiError(
          "ResourceNotFoundException",
          `Rule ${Rule} does not exist on EventBus ${busNameOf(EventBusName)}.`,
        );
      return { Targets: rule.targets.map(shownTarget) };
    },
    TestEventPattern: (body: unknown) => {
      const { EventPattern, Event } = read(patternParameters, body);
      return { Result: matchesEvent(patternOf(EventPattern), eventOf(Event)) };
    },
  };
  return createJsonApi({ service: "EventBridge", actions, limitBytes: BODY_LIMITS.eventsRequest });
}

function read<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const name = v.getDotPath(issue) ?? "the request";
  throw new JsonApiError("ValidationException", `The local cloud cannot take ${name}: ${issue.message}`);
}

function patternOf(text: string) {
  try {
    return parseEventPattern(text, EVENT_BRIDGE_PATTERNS);
  } catch (error) {
    if (!(error instanceof InvalidPattern)) throw error;
    throw new JsonApiError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${error.message}`);
  }
}

function eventOf(text: string): unknown {
  const event = v.safeParse(v.pipe(v.string(), v.parseJson()), text);
  if (event.success) return event.output;
  throw new JsonApiError("ValidationException", "Parameter Event is not valid. Reason: It is not JSON.");
}

const shownRule = ({ name, arn, busName, enabled, pattern, schedule }: RuleDefinition) => ({
  Name: name,
  Arn: arn,
  EventBusName: busName,
  State: enabled ? "ENABLED" : "DISABLED",
  EventPattern: pattern,
  ScheduleExpression: schedule,
});

function shownTarget(target: RuleDefinition["targets"][number]) {
  const { id, arn, input, groupId, deadLetterArn, maximumRetryAttempts, maximumEventAgeSeconds } = target;
  return {
    Id: id,
    Arn: arn,
    ...(input?.kind === "constant" && { Input: input.text }),
    ...(input?.kind === "path" && { InputPath: input.path }),
    ...(input?.kind === "transformer" && {
      InputTransformer: { InputPathsMap: input.paths, InputTemplate: input.template },
    }),
    ...(groupId !== undefined && { SqsParameters: { MessageGroupId: groupId } }),
    ...(deadLetterArn !== undefined && { DeadLetterConfig: { Arn: deadLetterArn } }),
    RetryPolicy: { MaximumRetryAttempts: maximumRetryAttempts, MaximumEventAgeInSeconds: maximumEventAgeSeconds },
  };
}
