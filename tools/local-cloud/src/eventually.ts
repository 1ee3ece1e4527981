import { idleInTime } from "./idle.ts";

/** An assertion did not come true. `cause` is what it threw last. */
export class NeverHeld extends Error {
  readonly code = "NEVER_HELD";

  constructor(when: string, cause: unknown) {
    super(`The assertion did not hold ${when}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = "NeverHeld";
  }
}

/** How long one look at whether there is anything left to do may take. */
const LOOK_MS = 60;

/** How long an assertion is tried. */
export interface EventuallyOptions {
  /** Whether nothing is left to do, and nothing will be by itself. */
  readonly isIdle: () => boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * What `assertion` gives, the first time that it does not throw. It is tried again as long as there is something to do, since
 * nothing can change after that.
 * @throws NeverHeld
 */
export async function eventually<Result>(
  assertion: () => Result | Promise<Result>,
  { isIdle, timeoutMs, signal }: EventuallyOptions,
): Promise<Result> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const idle = await idleInTime(isIdle, LOOK_MS, signal);
    try {
      return await assertion();
    } catch (error) {
      if (idle) throw new NeverHeld("although the local cloud has nothing left to do", error);
      if (signal.aborted) throw new NeverHeld("before the local cloud was stopped", error);
      if (performance.now() >= end) throw new NeverHeld(`within ${timeoutMs} ms`, error);
    }
  }
}
