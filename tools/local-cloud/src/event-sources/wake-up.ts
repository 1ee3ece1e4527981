/** Wakes whoever waits. A ring while nobody waits is kept for the next one who does. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring (or at once, after one that nobody heard), after `timeoutMs`, or on abort. Never rejects. */
  rung(signal: AbortSignal, timeoutMs?: number): Promise<void>;
}

/** A bell for one listener at a time. */
export function createBell(): Bell {
  let unheard = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      if (wake) wake();
      else unheard = true;
    },
    rung(signal, timeoutMs) {
      if (unheard || signal.aborted) {
        unheard = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = timeoutMs === undefined ? undefined : setTimeout(done, Math.max(0, timeoutMs));
        function done(): void {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          wake = undefined;
          resolve();
        }
        wake = done;
        signal.addEventListener("abort", done, { once: true });
      });
    },
  };
}
