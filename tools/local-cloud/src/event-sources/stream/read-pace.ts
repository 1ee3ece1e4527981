/**
 * Reading takes this part of the time where writes never end, since DynamoDB Local is slow and reading what little came must not slow
 * them down. What was not used is saved up to `savedMs`, so that a write now and then is read at once.
 */
const READING = { share: 0.2, savedMs: 100, longestRestMs: 100 };

/** How much of the time a shard is read. */
export interface ReadPace {
  /** How long to rest after a read that took so long: up to 100 ms. */
  rest(readMs: number): number;
  /** Nothing was written while nothing was found: the next write is read at once, whatever the reads before it took. */
  quiet(): void;
}

/** The pace of one shard's reader. `now` is in milliseconds. */
export function createReadPace(now: () => number = () => performance.now()): ReadPace {
  let savedMs = READING.savedMs;
  let savedAt = now();
  return {
    rest(readMs) {
      const at = now();
      savedMs = Math.min(savedMs + (at - savedAt) * READING.share, READING.savedMs) - readMs;
      savedAt = at;
      return savedMs >= 0 ? 0 : Math.min(-savedMs / READING.share, READING.longestRestMs);
    },
    quiet() {
      savedMs = READING.savedMs;
      savedAt = now();
    },
  };
}
