import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import * as v from "valibot";
import { UnknownQueue, type Queues } from "../../emulators/queues.ts";
import { UnknownTopic } from "../../emulators/topics.ts";
import type { DeliveryTarget } from "../../graph/graph.ts";
import { FunctionNotFound, LambdaStopped } from "../../lambda/invocation.ts";
import type { EventSource } from "../event-source.ts";
import type { MappingCounters } from "../mapping-status.ts";
import { openDeliveryStore, type PendingDelivery } from "./delivery-store.ts";

/** Why an event could not be delivered. */
export interface DeliveryFailure {
  /** The target is not there; the target takes no such input; anything else, which is tried again. */
  readonly kind: "gone" | "invalid" | "failed";
  readonly error: unknown;
  /** What of the retry policy is used up; absent where it does not count. */
  readonly exhausted?: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds";
  readonly retries: number;
}

/** What is delivered to one target, and what becomes of that which cannot be. */
export interface Delivery<Event> {
  /** Finds it again after a restart. */
  readonly key: string;
  readonly target: DeliveryTarget;
  readonly counters: MappingCounters;
  /** Of the events, which are kept as JSON. */
  readonly schema: v.GenericSchema<unknown, Event>;
  /** Gives an event to the target. The first attempt is 1. @throws where the target does not take it */
  send(event: Event, attempt: number): void;
  /** The message for the dead-letter queue. */
  deadLetter(
    event: Event,
    failure: DeliveryFailure,
  ): { readonly body: string; readonly attributes: Readonly<Record<string, string>> };
}

/** Deliveries by the retry policies of EventBridge. */
export interface Deliveries extends EventSource {
  /**
   * Makes a delivery known, before the start. What it returns delivers an event: when that returns, the target has the event, or its
   * delivery is stored and tried again, or it is given up.
   */
  register<Event>(delivery: Delivery<Event>): (event: Event) => void;
}

/** Documented is "exponential back off and jitter" alone; here from one second to ten minutes. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 600_000;
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Delivers to targets of rules and schedules. A target that is not there is not tried again: the event goes to the target's dead-letter
 * queue, or is gone where there is none. Any other failure is tried again, by the target's retry policy (AWS: eb-rule-retry-policy,
 * eb-rule-dlq; scheduler API_RetryPolicy).
 */
export function createDeliveries(options: {
  readonly queues: Pick<Queues, "send">;
  /** Deliveries that are tried again are kept here. */
  readonly state: DatabaseSync;
  readonly timeScale: number;
}): Deliveries {
  const { queues, timeScale } = options;
  const store = openDeliveryStore(options.state);
  const again = new Map<string, (pending: PendingDelivery) => void>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function attempt<Event>(delivery: Delivery<Event>, pending: PendingDelivery, event: Event): void {
    const { counters, target } = delivery;
    const { retries } = pending;
    counters.batches += 1;
    if (retries > 0) counters.retries += 1;
    try {
      delivery.send(event, retries + 1);
      store.remove(pending.deliveryId);
      counters.problem = undefined;
    } catch (error) {
      // Whoever takes over has to try again, as if this attempt had not been.
      if (error instanceof LambdaStopped) return store.put(pending);
      counters.failures += 1;
      counters.problem = `${delivery.key} cannot deliver to ${target.arn}: ${String(error)}`;
      const failure = { kind: kindOf(error), error, retries };
      const giveUp = (why: DeliveryFailure) => {
        store.remove(pending.deliveryId);
        park(delivery, event, why);
      };
      if (failure.kind !== "failed") return giveUp(failure);
      if (retries >= target.maximumRetryAttempts) return giveUp({ ...failure, exhausted: "MaximumRetryAttempts" });
      const endOfAge = pending.acceptedAt + target.maximumEventAgeSeconds * 1_000 * timeScale;
      if (Date.now() >= endOfAge) return giveUp({ ...failure, exhausted: "MaximumEventAgeInSeconds" });
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** retries, LONGEST_WAIT_MS) * timeScale;
      const dueAt = Math.ceil(Math.min(Date.now() + waitMs, endOfAge));
      store.put({ ...pending, retries: retries + 1, dueAt });
      schedule();
    }
  }

  function park<Event>(delivery: Delivery<Event>, event: Event, failure: DeliveryFailure): void {
    const { target, counters } = delivery;
    counters.discarded += 1;
    if (target.deadLetterArn === undefined) return;
    try {
      queues.send(target.deadLetterArn, delivery.deadLetter(event, failure));
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
      const retry = again.get(pending.key);
      // The rule, schedule or target was removed, and with it what it had to deliver.
      if (retry === undefined) store.remove(pending.deliveryId);
      else retry(pending);
    }
    schedule();
  }

  return {
    register(delivery) {
      const { key, counters } = delivery;
      again.set(key, (pending) => attempt(delivery, pending, v.parse(delivery.schema, pending.event)));
      return (event) => {
        counters.records += 1;
        const now = Date.now();
        const pending = { deliveryId: randomUUID(), key, event, acceptedAt: now, dueAt: now, retries: 0 };
        attempt(delivery, pending, event);
      };
    },
    async start() {
      schedule();
    },
    idle: () => store.count() === 0,
    status: () => [],
    // Delivers on: what is still put on a bus while the local cloud ends must not be lost. What fails now is tried at the next start.
    async stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function kindOf(error: unknown): DeliveryFailure["kind"] {
  const isGone = error instanceof UnknownQueue || error instanceof UnknownTopic || error instanceof FunctionNotFound;
  if (isGone) return "gone";
  return error instanceof SyntaxError ? "invalid" : "failed";
}
