import type { Clock } from "./clock.ts";

/** A running heartbeat. */
export interface Heartbeat {
  /** Aborted once the lease is over or another's. */
  readonly signal: AbortSignal;
  /** Ends the heartbeat. A renewal under way is not waited for: the marker of a lease that is given up may take it or not. */
  stop(): void;
}

/** What keeps a lease alive. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  /** The end of the lease as it was taken. */
  readonly untilMs: number;
  /** The pause between two beats. */
  readonly everyMs: number;
  /** The end that a renewal now would ask for. */
  readonly nextUntilMs: () => number;
  /** Asks for another end, given the one that holds. Answers the one that holds then; nothing where the lease is another's. */
  readonly renew: (ends: { readonly fromMs: number; readonly untilMs: number }) => Promise<number | undefined>;
  /** The reason that the signal is aborted with. */
  readonly lost: () => Error;
}

/**
 * Renews a lease every `everyMs` while the work runs, and beside that watches its end, which no call can hold up. The end
 * that a renewal asks for counts from before the call.
 *
 * | what happens | what follows |
 * |---|---|
 * | a beat is written | the lease lasts until the end that was asked for |
 * | a beat finds the lease another's | signal aborted, no more beats |
 * | a beat is throttled or fails | the lease keeps its end, the next beat tries again |
 * | a beat would gain nothing (the invocation's end is reached) | no call |
 * | a beat hangs | the lease keeps its end |
 * | the end comes | signal aborted, no more beats |
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { clock, everyMs, nextUntilMs, renew, lost } = options;
  const lease = new AbortController();
  const over = new AbortController();
  let { untilMs } = options;
  void watch().catch(end);
  void beat().catch(end);
  return { signal: lease.signal, stop: () => over.abort() };

  function end(reason: unknown): void {
    if (over.signal.aborted) return;
    over.abort();
    lease.abort(reason);
  }

  async function watch(): Promise<void> {
    for (;;) {
      const endMs = untilMs;
      const leftMs = endMs - clock.now();
      if (leftMs > 0) await clock.sleep(leftMs, over.signal);
      if (over.signal.aborted) return;
      // Not asked again what time it is: a clock that was set back must not lengthen the lease.
      if (untilMs === endMs) return end(lost());
    }
  }

  async function beat(): Promise<void> {
    for (;;) {
      await clock.sleep(everyMs, over.signal);
      if (over.signal.aborted) return;
      const wantedMs = nextUntilMs();
      if (wantedMs <= untilMs) continue;
      const heldUntilMs = await renew({ fromMs: untilMs, untilMs: wantedMs });
      if (heldUntilMs === undefined) return end(lost());
      untilMs = heldUntilMs;
    }
  }
}
