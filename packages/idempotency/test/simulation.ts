import * as fc from "fast-check";
import type { Clock } from "../src/clock.ts";
import { StoreFailure } from "../src/store-failure.ts";
import type { ReadResult, Store, TransactResult, WriteResult } from "../src/store.ts";

/**
 * What goes wrong at one store call of a simulated worker:
 * `throttled` nothing happened; `lost` it happened and the answer did not come; `retried` so too, and the client tried
 * again by itself; `late` no answer came, and it happens long after the worker went on; `held-request` and `held-answer`
 * the call hangs, before or after it takes effect; `crash-before` and `crash-after` end the worker for good, the second
 * after the call took effect.
 */
type FaultKind =
  | "none"
  | "throttled"
  | "lost"
  | "retried"
  | "late"
  | "held-request"
  | "held-answer"
  | "crash-before"
  | "crash-after";

/** A fault, and for how long a call of it is held up. */
export interface Fault {
  readonly kind: FaultKind;
  readonly heldMs: number;
}

/** Mostly nothing goes wrong. */
const faults = fc.array(
  fc.record<Fault>({
    kind: fc.oneof(
      { weight: 10, arbitrary: fc.constant<FaultKind>("none") },
      { weight: 2, arbitrary: fc.constantFrom<FaultKind>("throttled", "lost", "retried") },
      { weight: 2, arbitrary: fc.constantFrom<FaultKind>("late", "held-request", "held-answer") },
      { weight: 1, arbitrary: fc.constantFrom<FaultKind>("crash-before", "crash-after") },
    ),
    heldMs: fc.constantFrom(500, 3_000, 8_000, 25_000),
  }),
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

/**
 * Time and order of a simulated world: fast-check's scheduler picks which call comes next, and time moves on to the next
 * timer once no call is under way, so that a call takes time where it is held up and nowhere else.
 */
export interface World {
  readonly scheduler: fc.Scheduler;
  now(): number;
  /** Ends early once `signal` is aborted. */
  sleepUntil(atMs: number, signal?: AbortSignal): Promise<void>;
  /** A call has begun, or goes on. */
  enter(): void;
  /** A call has ended, or is held up. */
  leave(): void;
}

/** Opens a world. */
export function createWorld(scheduler: fc.Scheduler): World {
  const timers = new Set<{ readonly atMs: number; readonly ring: () => void }>();
  let nowMs = START_MS;
  let calls = 0;
  let quiet = Promise.withResolvers<void>();
  let isTicking = false;

  async function tick(): Promise<void> {
    isTicking = true;
    while (timers.size > 0) {
      // Whoever just woke up, or packs calls for a turn of the event loop, asks first.
      await new Promise((resolve) => setImmediate(resolve));
      const [next] = [...timers].sort((a, b) => a.atMs - b.atMs);
      if (calls > 0) await quiet.promise;
      else if (next !== undefined) {
        timers.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.ring();
      }
    }
    isTicking = false;
  }

  return {
    scheduler,
    now: () => nowMs,
    async sleepUntil(atMs, signal) {
      if (signal?.aborted === true) return;
      await new Promise<void>((resolve) => {
        const timer = { atMs, ring: resolve };
        timers.add(timer);
        signal?.addEventListener("abort", () => (timers.delete(timer), resolve()), { once: true });
        if (!isTicking) void tick();
      });
    },
    enter: () => void (calls += 1),
    leave() {
      calls -= 1;
      if (calls > 0) return;
      quiet.resolve();
      quiet = Promise.withResolvers();
    },
  };
}

/** How a worker's clock and timers differ from the world's. */
export interface ClockFaults {
  /** How far the clock is off at first. */
  readonly skewMs: number;
  /** What clock and timers gain (or lose) in a millisecond. */
  readonly drift: number;
  /** How far the clock goes wrong at most before it is set right. */
  readonly maxOffMs: number;
  /** How late each timer goes off, as in a process that is frozen or busy. */
  readonly lateMs: number;
}

const NO_CLOCK_FAULTS: ClockFaults = { skewMs: 0, drift: 0, maxOffMs: 0, lateMs: 0 };

/** A worker with a store that fails as `script` says, call by call, and a clock of its own. */
export interface Worker {
  readonly store: Store;
  readonly clock: Clock;
}

/** What the store says of a write that the client had to try again. */
function unanswered(result: WriteResult): WriteResult {
  return result.kind === "condition-failed" ? { ...result, unanswered: true } : result;
}

/** Opens a worker in a world; every call and every pause is a point where another worker may come first. */
export function openWorker(
  world: World,
  shared: Store,
  script: readonly Fault[],
  { skewMs, drift, maxOffMs, lateMs }: ClockFaults = NO_CLOCK_FAULTS,
): Worker {
  const openedMs = world.now();
  let calls = 0;
  let dead = false;

  async function call<T>(act: () => Promise<T>, withoutAnswer: (kind: FaultKind) => T, again = act): Promise<T> {
    world.enter();
    try {
      return await answer(act, withoutAnswer, again);
    } finally {
      world.leave();
    }
  }

  async function answer<T>(
    act: () => Promise<T>,
    withoutAnswer: (kind: FaultKind) => T,
    again: typeof act,
  ): Promise<T> {
    await world.scheduler.schedule(Promise.resolve(), "request");
    const { kind, heldMs } = script[calls] ?? NO_FAULT;
    calls += 1;
    if (kind === "crash-before") dead = true;
    if (dead) throw new Crash();
    if (kind === "held-request") await hold(heldMs);
    if (kind === "late") void world.sleepUntil(world.now() + heldMs).then(act);
    let result = kind === "throttled" || kind === "late" ? undefined : await act();
    if (kind === "retried") {
      await world.scheduler.schedule(Promise.resolve(), "retry");
      result = await again();
    }
    if (kind === "held-answer") await hold(heldMs);
    await world.scheduler.schedule(Promise.resolve(), "answer");
    if (kind === "crash-after") dead = true;
    if (dead) throw new Crash();
    return result === undefined || kind === "lost" ? withoutAnswer(kind) : result;
  }

  async function hold(heldMs: number): Promise<void> {
    world.leave();
    await world.sleepUntil(world.now() + heldMs);
    world.enter();
  }

  return {
    store: {
      write: (batch) =>
        call(
          () => shared.write(batch),
          (kind) => batch.map(() => withoutResult(kind)),
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
      now() {
        const offMs = skewMs + drift * (world.now() - openedMs);
        return Math.floor(world.now() + Math.min(maxOffMs, Math.max(-maxOffMs, offMs)));
      },
      sleep: (ms, signal) => world.sleepUntil(world.now() + ms / (1 + drift) + lateMs, signal),
    },
  };
}

const NO_ANSWER = { reason: "lost", retryable: true, cause: undefined };
const NO_FAULT: Fault = { kind: "none", heldMs: 0 };

/** What the client makes of a write that was throttled, or that got no answer. */
function withoutResult(kind: FaultKind): WriteResult {
  return kind === "throttled"
    ? { kind: "throttled", error: kind }
    : { kind: "throttled", unanswered: true, error: kind };
}

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
