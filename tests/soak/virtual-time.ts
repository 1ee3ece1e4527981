import { AsyncLocalStorage } from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";
import timersPromises from "node:timers/promises";

interface Timer {
  readonly atMs: number;
  readonly turn: number;
  ring: (() => void) | undefined;
}

const realImmediate = setImmediate;

/** The world begins here, milliseconds since 1970. */
const START_MS = 1_767_225_600_000;

/**
 * Time that moves on only when nothing is left to do: to the next timer, at once. While {@link run} runs, it stands in for the
 * process's own timers, `Date.now` and `Math.random`, so that whoever runs in it (deadlines, pauses, heartbeats, leases) lives
 * in it without knowing, and the same run with the same numbers comes to the same end. One at a time in a process.
 */
export class VirtualTime {
  readonly #timers: Timer[] = [];
  readonly #skew = new AsyncLocalStorage<number>();
  #immediates: (() => void)[] = [];
  #nowMs = START_MS;
  #turns = 0;

  /** Milliseconds since 1970, by no worker's clock. */
  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Calls `ring` so much later. */
  after(ms: number, ring: () => void): void {
    this.#schedule(ring, ms);
  }

  /** Runs `work` by a clock that is `skewMs` off, and whatever it begins. */
  withSkew<T>(skewMs: number, work: () => T): T {
    return this.#skew.run(skewMs, work);
  }

  /**
   * Runs until `main` is settled; timers that are left then never ring. `random` gives numbers from 0 to 1.
   *
   * @throws Error where everybody waits for somebody else, and what `main` throws
   */
  async run<T>(random: () => number, main: () => Promise<T>): Promise<T> {
    const uninstall = this.#install(random);
    try {
      let isOver = false;
      const result = main().finally(() => (isOver = true));
      result.catch(() => {}); // awaited below
      for (;;) {
        await new Promise<void>((resolve) => void realImmediate(resolve)); // all promises that can go on have
        if (isOver) return await result;
        if (this.#immediates.length > 0) for (const ring of this.#immediates.splice(0)) ring();
        else if (!this.#ringNext()) throw new Error("Everybody waits, and nothing is left that could happen");
      }
    } finally {
      uninstall();
    }
  }

  #ringNext(): boolean {
    for (;;) {
      const timer = this.#pop();
      if (timer === undefined) return false;
      if (timer.ring === undefined) continue;
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      timer.ring();
      return true;
    }
  }

  #schedule(ring: () => void, ms: number): Timer {
    const timers = this.#timers;
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, ms), turn: (this.#turns += 1), ring };
    let at = timers.push(timer) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(timer, timers[parent]); parent = (at - 1) >> 1) {
      timers[at] = timers[parent] ?? timer;
      at = parent;
    }
    timers[at] = timer;
    return timer;
  }

  #pop(): Timer | undefined {
    const timers = this.#timers;
    const first = timers[0];
    const last = timers.pop();
    if (last === undefined || timers.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const next = isBefore(timers[left + 1], timers[left]) ? left + 1 : left;
      const child = timers[next];
      if (child === undefined || !isBefore(child, last)) break;
      timers[at] = child;
      at = next;
    }
    timers[at] = last;
    return first;
  }

  #install(random: () => number): () => void {
    const owned = (ring: () => void) => {
      const skewMs = this.#skew.getStore();
      return skewMs === undefined ? ring : () => this.#skew.run(skewMs, ring);
    };
    const handleOf = (cancel: () => void) => {
      const handle = { cancel, ref: () => handle, unref: () => handle };
      return handle;
    };
    const cancel = (handle: unknown) => {
      if (typeof handle === "object" && handle !== null && "cancel" in handle && typeof handle.cancel === "function")
        handle.cancel();
    };
    const fake = {
      setTimeout: (ring: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) => {
        const timer = this.#schedule(
          owned(() => ring(...values)),
          ms,
        );
        return handleOf(() => (timer.ring = undefined));
      },
      setImmediate: (ring: (...values: unknown[]) => void, ...values: unknown[]) => {
        let isOff = false;
        this.#immediates.push(owned(() => (isOff ? undefined : ring(...values))));
        return handleOf(() => (isOff = true));
      },
      clearTimeout: cancel,
      clearImmediate: cancel,
    };
    const fakePromises = {
      setTimeout: (ms = 0, value?: unknown, { signal }: { signal?: AbortSignal } = {}) =>
        new Promise((resolve, reject) => {
          const abort = () => reject(new DOMException("The operation was aborted", { name: "AbortError" }));
          if (signal?.aborted === true) return abort();
          const timer = this.#schedule(() => {
            signal?.removeEventListener("abort", onAbort);
            resolve(value);
          }, ms);
          const onAbort = () => {
            timer.ring = undefined;
            abort();
          };
          signal?.addEventListener("abort", onAbort, { once: true });
        }),
      setImmediate: (value?: unknown) => new Promise((resolve) => void this.#immediates.push(() => resolve(value))),
    };
    const realTimers = { setTimeout, clearTimeout, setImmediate, clearImmediate };
    const realPromises = { setTimeout: timersPromises.setTimeout, setImmediate: timersPromises.setImmediate };
    const [realNow, realRandom] = [Date.now, Math.random];
    Object.assign(globalThis, fake);
    Object.assign(timersPromises, fakePromises);
    Date.now = () => Math.floor(this.#nowMs + (this.#skew.getStore() ?? 0));
    Math.random = random;
    syncBuiltinESMExports();
    return () => {
      Object.assign(globalThis, realTimers);
      Object.assign(timersPromises, realPromises);
      Date.now = realNow;
      Math.random = realRandom;
      syncBuiltinESMExports();
    };
  }
}

function isBefore(one: Timer | undefined, other: Timer | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.turn < other.turn);
}
