import * as v from "valibot";
import { parseEventPattern } from "../../filters/event-pattern.ts";
import { matchesEvent } from "../../filters/match-event.ts";
import { EVENT_BRIDGE_PATTERNS } from "../../filters/pattern-dialect.ts";
import type { RuleDefinition, RuleTarget } from "../../graph/graph.ts";
import { busNameOf } from "../../graph/read-event-bridge.ts";
import { serviceOf } from "../../graph/service-of.ts";
import type { KeptFigures } from "../../kept-figures.ts";
import type { Deliveries, DeliveryFailure } from "../deliveries/deliveries.ts";
import { isRunTarget, sendToTarget, targetName, type TargetServices } from "../deliveries/delivery-target.ts";
import { newCounters, type MappingStatus } from "../mapping-status.ts";
import { createEvent, type BusEvent, type EventEntry } from "./bus-event.ts";
import { inputFor } from "./target-input.ts";

/** The buses' rules. */
export interface EventRules {
  /**
   * Puts an event on a bus: when this returns its id, every target of every rule that matches has it, or its delivery is stored and
   * tried again. On a bus that is not there nothing happens.
   */
  put(busName: string, entry: EventEntry): string;
  /** Gives an event to every target of a rule, whatever its pattern, and whether it is enabled or not. */
  fire(ruleArn: string, entry: EventEntry): void;
  status(): MappingStatus[];
}

const eventSchema: v.GenericSchema<unknown, BusEvent> = v.object({
  id: v.string(),
  text: v.string(),
  ingestionTime: v.string(),
  forwarded: v.boolean(),
});

/** The code for a dead-letter queue (AWS: eb-rule-dlq). */
const ERROR_CODES: Readonly<Record<DeliveryFailure["kind"], string>> = {
  gone: "NO_RESOURCE",
  invalid: "INVALID_JSON",
  failed: "ERROR_FROM_TARGET",
};

/**
 * Matches the events of buses with the rules and delivers them to functions (asynchronously, with the function's own retries), queues,
 * topics and buses.
 */
export function createEventRules(
  options: TargetServices & {
    /** Checked already, by `checkRules`. */
    readonly rules: readonly RuleDefinition[];
    readonly deliveries: Pick<Deliveries, "register">;
    readonly region: string;
    readonly figures?: KeptFigures;
  },
): EventRules {
  const rules = options.rules.map((rule) => ({
    rule,
    pattern: rule.pattern === undefined ? undefined : parseEventPattern(rule.pattern, EVENT_BRIDGE_PATTERNS),
    targets: rule.targets.filter(isRunTarget).map((target) => register(rule, target)),
  }));

  function register(rule: RuleDefinition, target: RuleTarget) {
    const key = `${rule.arn}#${target.id}`;
    const source = { kind: "rule", name: rule.arn, records: 1 } as const;
    const counters = newCounters();
    options.figures?.keep(`rule ${rule.arn} ${target.id}`, counters);
    const deliver = options.deliveries.register<BusEvent>({
      key,
      target,
      counters,
      schema: eventSchema,
      send(event) {
        // An event that came from another bus goes no further.
        if (serviceOf(target.arn) !== "events")
          sendToTarget(options, target, inputFor(target.input, event, rule), source);
        else if (!event.forwarded) route(busNameOf(target.arn), { ...event, forwarded: true });
      },
      deadLetter: (event, { kind, error, exhausted, retries }) => ({
        body: event.text,
        attributes: {
          RULE_ARN: rule.arn,
          TARGET_ARN: target.arn,
          ERROR_CODE: ERROR_CODES[kind],
          ERROR_MESSAGE: error instanceof Error ? error.message : String(error),
          ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
          RETRY_ATTEMPTS: String(retries),
        },
      }),
    });
    return { key, target, counters, deliver };
  }

  function route(busName: string, event: BusEvent): void {
    const value: unknown = JSON.parse(event.text);
    for (const { rule, pattern, targets } of rules) {
      if (!rule.enabled || rule.busName !== busName || pattern === undefined) continue;
      if (matchesEvent(pattern, value)) for (const { deliver } of targets) deliver(event);
    }
  }

  return {
    put(busName, entry) {
      const event = createEvent(entry, options.region);
      route(busName, event);
      return event.id;
    },
    fire(ruleArn, entry) {
      const event = createEvent(entry, options.region);
      for (const { rule, targets } of rules)
        if (rule.arn === ruleArn) for (const { deliver } of targets) deliver(event);
    },
    status: () =>
      rules.flatMap(({ rule, targets }) =>
        targets.map(({ key, target, counters }) => ({
          uuid: key,
          source: rule.arn,
          target: targetName(target.arn),
          kind: "rule" as const,
          ...counters,
        })),
      ),
  };
}
