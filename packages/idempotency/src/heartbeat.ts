import type { Clock } from "./clock.ts";
import type { WriteResult } from "./store.ts";

/** A running heartbeat. */
export interface Heartbeat {
  /** Aborted once the lease is over or another's. */
  readonly signal: AbortSignal;
  /** Ends the heartbeat and waits for a beat under way, so that none comes after what the caller does next. */
  stop(): Promise<void>;
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
  readonly renew: (untilMs: number) => Promise<WriteResult>;
  /** The reason that the signal is aborted with. */
  readonly lost: () => Error;
}

/**
 * Renews a lease every `everyMs` while the work runs.
 *
 * | what happens | what follows |
 * |---|---|
 * | a beat is written | the lease lasts until the end that was asked for |
 * | a beat is refused | the lease is another's: signal aborted, no more beats |
 * | a beat is throttled or fails | the lease keeps its end, the next beat tries again |
 * | a beat would gain nothing (the invocation's end is reached) | no call |
 * | the end comes | signal aborted, no more beats |
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const lease = new AbortController();
  const stopped = new AbortController();
  const beating = beat(options, lease, stopped.signal).catch((error: unknown) => lease.abort(error));
  return {
    signal: lease.signal,
    async stop() {
      stopped.abort();
      await beating;
    },
  };
}

async function beat(options: HeartbeatOptions, lease: AbortController, stopped: AbortSignal): Promise<void> {
  const { clock, everyMs, nextUntilMs, renew, lost } = options;
  let { untilMs } = options;
  for (;;) {
    const leftMs = untilMs - clock.now();
    if (leftMs <= 0) break;
    await clock.sleep(Math.min(everyMs, leftMs), stopped);
    if (stopped.aborted) return;
    const wantedMs = nextUntilMs();
    if (wantedMs <= untilMs) continue;
    const result = await renew(wantedMs);
    if (result.kind === "written") untilMs = wantedMs;
    if (result.kind === "refused") break;
  }
  if (!stopped.aborted) lease.abort(lost());
}
