import { randomUUID } from "node:crypto";
import { settle, type Condition, type SettlementPorts } from "./async-destination.ts";
import type { AsyncEvent, AsyncEventStore } from "./async-event-store.ts";
import type { InvocationSource } from "../finished-invocation.ts";
import type { FunctionRunner } from "../function-runner.ts";
import { LambdaStopped, TooManyRequests, type InvocationResult } from "../invocation.ts";

const DEFAULT_RETRIES = 2;
const DEFAULT_EVENT_AGE_SECONDS = 21_600;
/** Waits before the first and the second retry after a function error. */
const RETRY_SECONDS = [60, 120] as const;
const MAX_THROTTLE_SECONDS = 300;
const MAX_TIMER_MS = 2_147_483_647;

/** Runs the asynchronous events of one function. */
export interface AsyncInvoker {
  /** Stores the event; it runs at least once, soon. @throws LambdaStopped */
  accept(payload: string, source?: InvocationSource): { readonly requestId: string };
  /** Events not settled, those that wait for a retry included. */
  readonly queued: number;
  /** Takes up events stored by an earlier process. */
  start(): void;
  /** Starts no further run; the runs under way are left to end or fail. */
  stop(): Promise<void>;
}

export interface AsyncInvokerOptions {
  readonly runner: FunctionRunner;
  readonly store: AsyncEventStore;
  readonly ports: SettlementPorts;
  readonly timeScale: number;
  /** Runs at one time. */
  readonly concurrency: number;
  /** Takes a line for the function's log. */
  readonly complain: (line: string) => void;
}

/**
 * Asynchronous invocation of one function (AWS page: "Error handling for asynchronous invocation"): on a function error
 * up to two retries, after one and then two minutes; throttles wait one second, doubling to five minutes, and are no
 * retry; both end with the event's age. An event leaves the store only after its run ended and its record was sent, so
 * one that ran while the process was killed runs again.
 */
export function createAsyncInvoker(options: AsyncInvokerOptions): AsyncInvoker {
  const { runner, store, timeScale } = options;
  const { definition } = runner;
  const config = definition.invokeConfig;
  const retries = config?.maximumRetryAttempts ?? DEFAULT_RETRIES;
  const ageMs = (config?.maximumEventAgeSeconds ?? DEFAULT_EVENT_AGE_SECONDS) * 1_000 * timeScale;
  const active = new Map<string, Promise<void>>();
  /** Who sent the events that this process has accepted. */
  const sources = new Map<string, InvocationSource>();
  let queued = store.count(definition.name);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const scaled = (seconds: number): number => seconds * 1_000 * timeScale;

  function finish(event: AsyncEvent, condition: Condition, result?: InvocationResult): void {
    settle(definition, { event, condition, result }, options.ports, options.complain);
    store.remove(event.requestId);
    sources.delete(event.requestId);
    queued--;
  }

  /** The age ends the wait: an event is given up when it is reached, not at the retry after it. */
  function postpone(event: AsyncEvent, waitMs: number): void {
    const dueAt = Math.ceil(Math.min(Date.now() + waitMs, event.acceptedAt + ageMs));
    store.postpone({ ...event, dueAt });
  }

  async function run(event: AsyncEvent): Promise<void> {
    if (definition.reservedConcurrency === 0) return finish(event, "ZeroReservedConcurrency");
    const tried = event.invokes > 0 || event.throttles > 0;
    if (tried && Date.now() >= event.acceptedAt + ageMs) return finish(event, "EventAgeExceeded");
    let result: InvocationResult;
    try {
      result = await runner.invoke(event.payload, {
        requestId: event.requestId,
        source: sources.get(event.requestId),
        attempt: event.invokes + 1,
      });
    } catch (error) {
      if (error instanceof LambdaStopped) return; // Not settled: it stays stored.
      if (!(error instanceof TooManyRequests))
        options.complain(`${event.requestId} could not be run: ${String(error)}`);
      const waitSeconds = Math.min(2 ** event.throttles, MAX_THROTTLE_SECONDS);
      return postpone({ ...event, throttles: event.throttles + 1 }, scaled(waitSeconds));
    }
    const ran = { ...event, invokes: event.invokes + 1, throttles: 0 };
    if (result.functionError === undefined) return finish(ran, "Success", result);
    if (ran.invokes > retries) return finish(ran, "RetriesExhausted", result);
    const waitSeconds = RETRY_SECONDS[ran.invokes - 1] ?? RETRY_SECONDS[1];
    return postpone({ ...ran, lastError: result.payload }, scaled(waitSeconds));
  }

  function pump(): void {
    if (stopped || active.size >= options.concurrency) return;
    clearTimeout(timer);
    const now = Date.now();
    // Those that run are still stored, so as many more are asked for.
    for (const event of store.due(definition.name, now, options.concurrency + active.size)) {
      if (active.size >= options.concurrency) return; // The next one that ends pumps again.
      if (active.has(event.requestId)) continue;
      const ended = run(event)
        .catch((error: unknown) => options.complain(`${event.requestId}: ${String(error)}`))
        .finally(() => {
          active.delete(event.requestId);
          pump();
        });
      active.set(event.requestId, ended);
    }
    const next = store.nextDue(definition.name, now);
    if (next !== undefined) timer = setTimeout(pump, Math.min(Math.max(1, next - now), MAX_TIMER_MS));
  }

  return {
    get queued() {
      return queued;
    },
    accept(payload, source) {
      if (stopped) throw new LambdaStopped();
      const requestId = randomUUID();
      const now = Date.now();
      store.insert({
        requestId,
        functionName: definition.name,
        payload,
        acceptedAt: now,
        dueAt: now,
        invokes: 0,
        throttles: 0,
        lastError: undefined,
      });
      if (source !== undefined) sources.set(requestId, source);
      queued++;
      queueMicrotask(pump);
      return { requestId };
    },
    start: pump,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.allSettled(active.values());
    },
  };
}
