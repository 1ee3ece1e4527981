import * as fc from "fast-check";
import type { Clock } from "../src/clock.ts";
import { StoreFailure } from "../src/store-failure.ts";
import type { ReadResult, Store, TransactResult, WriteResult } from "../src/store.ts";

/**
 * What goes wrong at one store call of a simulated worker:
 * `throttled` nothing happened; `lost` it happened and the answer did not come; `retried` so too, and the client tried
 * again by itself; `crash-before` and `crash-after` end the worker for good, the second after the call took effect.
 */
export type Fault = "none" | "throttled" | "lost" | "retried" | "crash-before" | "crash-after";

/** Mostly nothing goes wrong. */
const faults = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: fc.constant<Fault>("none") },
    { weight: 2, arbitrary: fc.constantFrom<Fault>("throttled", "lost", "retried") },
    { weight: 1, arbitrary: fc.constantFrom<Fault>("crash-before", "crash-after") },
  ),
  { maxLength: 20 },
);

/** The end of a simulated worker; no code of it runs on with effect. */
export class Crash extends Error {
  readonly code = "CRASH";
}

/** The simulated worlds begin here. */
export const START_MS = 1_700_000_000_000;
/** How long an invocation may last. */
export const INVOCATION_MS = 30_000;

/** Time and order of a simulated world: fast-check's scheduler picks what happens next, and sleeping moves time on. */
export interface World {
  readonly scheduler: fc.Scheduler;
  nowMs: number;
}

/** A worker with a store that fails as `script` says, call by call, and a clock that is off by `skewMs`. */
export interface Worker {
  readonly store: Store;
  readonly clock: Clock;
}

/** What the store says of a write that the client had to try again. */
function unanswered(result: WriteResult): WriteResult {
  return result.kind === "refused" ? { kind: "refused", unanswered: true } : result;
}

/** Opens a worker in a world; every call and every pause is a point where another worker may come first. */
export function openWorker(world: World, shared: Store, script: readonly Fault[], skewMs = 0): Worker {
  let calls = 0;
  let dead = false;

  async function call<T>(act: () => Promise<T>, withoutAnswer: () => T, again = act): Promise<T> {
    await world.scheduler.schedule(Promise.resolve(), "request");
    const fault = dead ? "crash-before" : (script[calls] ?? "none");
    calls += 1;
    if (fault === "crash-before") dead = true;
    if (dead) throw new Crash();
    let result = fault === "throttled" ? withoutAnswer() : await act();
    if (fault === "retried") {
      await world.scheduler.schedule(Promise.resolve(), "retry");
      result = await again();
    }
    await world.scheduler.schedule(Promise.resolve(), "answer");
    if (fault === "crash-after") dead = true;
    if (dead) throw new Crash();
    return fault === "lost" ? withoutAnswer() : result;
  }

  async function wake(wakesAt: number, signal?: AbortSignal): Promise<void> {
    await world.scheduler.schedule(Promise.resolve(), "wake");
    if (signal?.aborted !== true) world.nowMs = Math.max(world.nowMs, wakesAt);
  }

  return {
    store: {
      write: (batch) =>
        call(
          () => shared.write(batch),
          () => batch.map((): WriteResult => ({ kind: "throttled", unanswered: true, error: "lost" })),
          async () => (await shared.write(batch)).map(unanswered),
        ),
      transact: (writes) =>
        call(
          () => shared.transact(writes),
          (): TransactResult => ({ kind: "throttled", error: "lost" }),
        ),
      read: (refs) =>
        call(
          () => shared.read(refs),
          () => refs.map((): ReadResult => ({ kind: "failed", error: new StoreFailure(NO_ANSWER) })),
        ),
    },
    clock: {
      now: () => world.nowMs + skewMs,
      async sleep(ms, signal) {
        const wakesAt = world.nowMs + ms;
        const stopped = new Promise<void>((resolve) => {
          if (signal?.aborted === true) resolve();
          signal?.addEventListener("abort", () => resolve(), { once: true });
        });
        await Promise.race([wake(wakesAt, signal), stopped]);
      },
    },
  };
}

const NO_ANSWER = { reason: "lost", retryable: true, cause: undefined };

/** What goes wrong in each of the first deliveries of a message. */
export const deliveries = fc.array(faults, { maxLength: 3 });

/** Delivers again and again, as a queue does, each time to a new worker, until one delivery ends well. */
export async function redeliver(
  scripts: readonly (readonly Fault[])[],
  deliver: (script: readonly Fault[]) => Promise<boolean>,
): Promise<void> {
  for (const script of scripts) if (await deliver(script)) return;
  // Faults end: then a delivery must do it, and soon. A lease may have to run out first.
  for (let tries = 0; !(await deliver([])); tries += 1) {
    if (tries >= MAX_TRIES) throw new Error("A message is delivered for ever");
  }
}
const MAX_TRIES = 200;

/** What a service would answer with a failed record, to be delivered again. */
export function isDeliveredAgain(error: unknown): boolean {
  const codes = ["CRASH", "STORE_FAILED", "NOT_ENOUGH_TIME", "LEASE_LOST", "COMPLETION_NOT_STORED", "WORK_FAILED"];
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
