/** The parts of a local cloud in the order in which they stop: those that ask before those that answer. */
const STOP_ORDER = [
  "faults",
  "web",
  "eventSources",
  "timeToLive",
  "lambda",
  "endpoint",
  "proxy",
  "fauxqs",
  "tables",
  "dynamodb",
  "figures",
  "state",
  "stateLock",
] as const;

/** A part that is stopped with the local cloud. */
export type Part = (typeof STOP_ORDER)[number];

/** What was started so far, and how to stop it, whether or not the boot came to its end. */
export interface Shutdown {
  /** Remembers how to stop a part, from the moment that it runs. */
  on(part: Part, stop: () => Promise<void> | void): void;
  /**
   * Stops all that runs, in order; a second call awaits the first.
   * @throws AggregateError when parts failed to stop; the others are stopped all the same
   */
  run(): Promise<void>;
}

/** Nothing runs yet. */
export function createShutdown(): Shutdown {
  const stops = new Map<Part, () => Promise<void> | void>();
  let running: Promise<void> | undefined;
  const stopAll = async () => {
    const failures: unknown[] = [];
    for (const part of STOP_ORDER) {
      try {
        await stops.get(part)?.();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "Parts of the local cloud did not stop.");
  };
  return {
    on: (part, stop) => void stops.set(part, stop),
    run: () => (running ??= stopAll()),
  };
}
