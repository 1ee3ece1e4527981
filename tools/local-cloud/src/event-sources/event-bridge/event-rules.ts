import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { UnknownQueue, type Queues } from "../../emulators/queues.ts";
import { UnknownTopic, type Topics } from "../../emulators/topics.ts";
import { parseEventPattern } from "../../filters/event-pattern.ts";
import { matchesEvent } from "../../filters/match-event.ts";
import { EVENT_BRIDGE_PATTERNS } from "../../filters/pattern-dialect.ts";
import { functionNameOf } from "../../graph/function-name.ts";
import type { RuleDefinition, RuleTarget } from "../../graph/graph.ts";
import { busNameOf } from "../../graph/read-event-bridge.ts";
import type { KeptFigures } from "../../kept-figures.ts";
import { FunctionNotFound, LambdaStopped } from "../../lambda/invocation.ts";
import type { LambdaService } from "../../lambda/lambda-service.ts";
import type { EventSource } from "../event-source.ts";
import { newCounters, type MappingCounters } from "../mapping-status.ts";
import { createEvent, type BusEvent, type EventEntry } from "./bus-event.ts";
import { isRunTarget } from "./check-rules.ts";
import { openDeliveryStore, type PendingDelivery } from "./delivery-store.ts";
import { inputFor } from "./target-input.ts";

/** The buses' rules: an event source that others put events on. */
export interface EventRules extends EventSource {
  /**
   * Puts an event on a bus: when this returns its id, every target of every rule that matches has it, or its delivery is stored and
   * tried again. On a bus that is not there nothing happens.
   */
  put(busName: string, entry: EventEntry): string;
  /** Gives an event to every target of a rule, whatever its pattern, and whether it is enabled or not. */
  fire(ruleArn: string, entry: EventEntry): void;
}

interface Delivery {
  readonly rule: RuleDefinition;
  readonly target: RuleTarget;
  readonly counters: MappingCounters;
}

/** Documented is "exponential back off and jitter" alone; here from one second to ten minutes. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 600_000;
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Matches the events of buses with the rules and delivers them to functions (asynchronously, with the function's own retries), queues,
 * topics and buses. A target that is not there is not tried again: the event goes to the target's dead-letter queue, or is gone where
 * there is none. Any other failure is tried again, by the target's retry policy (AWS: eb-rule-retry-policy, eb-rule-dlq).
 */
export function createEventRules(options: {
  /** Checked already, by `checkRules`. */
  readonly rules: readonly RuleDefinition[];
  readonly queues: Pick<Queues, "send">;
  readonly topics: Pick<Topics, "publish">;
  readonly lambda: Pick<LambdaService, "invokeAsync">;
  /** Deliveries that are tried again are kept here. */
  readonly state: DatabaseSync;
  readonly timeScale: number;
  readonly region: string;
  readonly figures?: KeptFigures;
}): EventRules {
  const { queues, topics, lambda, timeScale } = options;
  const store = openDeliveryStore(options.state);
  const rules = options.rules.map((rule) => ({
    rule,
    pattern: rule.pattern === undefined ? undefined : parseEventPattern(rule.pattern, EVENT_BRIDGE_PATTERNS),
    deliveries: rule.targets.filter(isRunTarget).map((target): Delivery => {
      const counters = newCounters();
      options.figures?.keep(`rule ${rule.arn} ${target.id}`, counters);
      return { rule, target, counters };
    }),
  }));
  const all = rules.flatMap(({ deliveries }) => deliveries);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function route(busName: string, event: BusEvent): void {
    const value: unknown = JSON.parse(event.text);
    for (const { rule, pattern, deliveries } of rules) {
      if (!rule.enabled || rule.busName !== busName || pattern === undefined) continue;
      if (matchesEvent(pattern, value)) for (const delivery of deliveries) first(delivery, event);
    }
  }

  function first(delivery: Delivery, event: BusEvent): void {
    delivery.counters.records += 1;
    attempt(delivery, {
      deliveryId: randomUUID(),
      ruleArn: delivery.rule.arn,
      targetId: delivery.target.id,
      event,
      acceptedAt: Date.now(),
      dueAt: Date.now(),
      retries: 0,
    });
  }

  function send({ target, rule }: Delivery, event: BusEvent): void {
    const input = inputFor(target.input, event, rule);
    const { arn, groupId } = target;
    switch (arn.split(":")[2]) {
      case "sqs":
        return queues.send(arn, { body: input, groupId });
      case "sns":
        return void topics.publish(arn, { body: input });
      case "events":
        // An event that came from another bus goes no further.
        return event.forwarded ? undefined : route(busNameOf(arn), { ...event, forwarded: true });
      default:
        JSON.parse(input);
        return void lambda.invokeAsync(functionNameOf(arn), input, { kind: "rule", name: rule.arn, records: 1 });
    }
  }

  function attempt(delivery: Delivery, pending: PendingDelivery): void {
    const { counters, target } = delivery;
    counters.batches += 1;
    if (pending.retries > 0) counters.retries += 1;
    try {
      send(delivery, pending.event);
      store.remove(pending.deliveryId);
      counters.problem = undefined;
    } catch (error) {
      // Whoever takes over has to try again, as if this attempt had not been.
      if (error instanceof LambdaStopped) return store.put(pending);
      counters.failures += 1;
      counters.problem = `${delivery.rule.name} cannot deliver to ${target.arn}: ${String(error)}`;
      const code = errorCode(error);
      if (code !== "ERROR_FROM_TARGET") return giveUp(delivery, pending, { code, error });
      if (pending.retries >= target.maximumRetryAttempts)
        return giveUp(delivery, pending, { code, error, exhausted: "MaximumRetryAttempts" });
      const endOfAge = pending.acceptedAt + target.maximumEventAgeSeconds * 1_000 * timeScale;
      if (Date.now() >= endOfAge)
        return giveUp(delivery, pending, { code, error, exhausted: "MaximumEventAgeInSeconds" });
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** pending.retries, LONGEST_WAIT_MS) * timeScale;
      const dueAt = Math.ceil(Math.min(Date.now() + waitMs, endOfAge));
      store.put({ ...pending, retries: pending.retries + 1, dueAt });
      schedule();
    }
  }

  function giveUp({ rule, target, counters }: Delivery, pending: PendingDelivery, failure: Failure): void {
    store.remove(pending.deliveryId);
    counters.discarded += 1;
    if (target.deadLetterArn === undefined) return;
    const attributes = {
      RULE_ARN: rule.arn,
      TARGET_ARN: target.arn,
      ERROR_CODE: failure.code,
      ERROR_MESSAGE: failure.error instanceof Error ? failure.error.message : String(failure.error),
      ...(failure.exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: failure.exhausted }),
      RETRY_ATTEMPTS: String(pending.retries),
    };
    try {
      queues.send(target.deadLetterArn, { body: pending.event.text, attributes });
    } catch (error) {
      counters.problem += ` Its dead-letter queue does not take the event: ${String(error)}`;
    }
  }

  function schedule(): void {
    clearTimeout(timer);
    const next = stopped ? undefined : store.nextDue();
    if (next !== undefined) timer = setTimeout(tryAgain, Math.min(Math.max(1, next - Date.now()), MAX_TIMER_MS));
  }

  function tryAgain(): void {
    if (stopped) return;
    for (const pending of store.due(Date.now())) {
      const delivery = all.find(({ rule, target }) => rule.arn === pending.ruleArn && target.id === pending.targetId);
      // The rule or the target was removed, and with it what it had to deliver.
      if (delivery === undefined) store.remove(pending.deliveryId);
      else attempt(delivery, pending);
    }
    schedule();
  }

  return {
    put(busName, entry) {
      const event = createEvent(entry, options.region);
      route(busName, event);
      return event.id;
    },
    fire(ruleArn, entry) {
      const event = createEvent(entry, options.region);
      for (const delivery of all) if (delivery.rule.arn === ruleArn) first(delivery, event);
    },
    async start() {
      schedule();
    },
    idle: () => store.count() === 0,
    status: () =>
      all.map(({ rule, target, counters }) => ({
        uuid: `${rule.arn}#${target.id}`,
        source: rule.arn,
        target: target.arn.split(":")[2] === "lambda" ? functionNameOf(target.arn) : target.arn,
        kind: "rule" as const,
        ...counters,
      })),
    // Delivers on: what is still put on a bus while the local cloud ends must not be lost. What fails now is tried at the next start.
    async stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

interface Failure {
  readonly code: string;
  readonly error: unknown;
  readonly exhausted?: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds";
}

/** The code for a dead-letter queue (AWS: eb-rule-dlq). */
function errorCode(error: unknown): string {
  const isGone = error instanceof UnknownQueue || error instanceof UnknownTopic || error instanceof FunctionNotFound;
  if (isGone) return "NO_RESOURCE";
  return error instanceof SyntaxError ? "INVALID_JSON" : "ERROR_FROM_TARGET";
}
