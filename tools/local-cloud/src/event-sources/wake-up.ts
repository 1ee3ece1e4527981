/** Wakes whoever waits. A call of `wake` while nobody waits is kept for the next one who does. */
export interface WakeUp {
  wake(): void;
  /** Resolves at the next `wake` (at once where one came while nobody waited), after `timeoutMs`, or on abort. Never rejects. */
  wait(signal: AbortSignal, timeoutMs?: number): Promise<void>;
}

/** A wake-up for one waiter at a time. */
export function createWakeUp(): WakeUp {
  let pending = false;
  let resume: (() => void) | undefined;
  return {
    wake() {
      if (resume) resume();
      else pending = true;
    },
    wait(signal, timeoutMs) {
      if (pending || signal.aborted) {
        pending = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const timer = timeoutMs === undefined ? undefined : setTimeout(done, Math.max(0, timeoutMs));
        function done(): void {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resume = undefined;
          resolve();
        }
        resume = done;
        signal.addEventListener("abort", done, { once: true });
      });
    },
  };
}
