/** When messages come back while everything fails; all in seconds. */
export interface BackoffTimes {
  /** Most that a message waits after its first receive; 30 by default. Doubles with each receive. */
  readonly firstSeconds?: number;
  /** Most that it ever waits: how long it takes at most until an outage's end is noticed. 900 by default, never above 11 hours 45 minutes. */
  readonly longestSeconds?: number;
  /** How long the queue keeps a message; 4 days by default, as with SQS. */
  readonly retentionSeconds?: number;
}

/** What the time of a message's return depends on. */
export interface ReceivedMessage {
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  /** How long ago it was sent, where that is known. */
  readonly ageSeconds?: number | undefined;
}

/**
 * SQS hides a message for 12 hours from its receive on, and an invocation that received it has lasted up to 15 minutes.
 * AWS: SQS API reference, `ChangeMessageVisibility`.
 */
const LIMIT_SECONDS = 12 * 3600 - 15 * 60;

const FOUR_DAYS = 4 * 86_400;

function mostSeconds(receiveCount: number, { firstSeconds = 30, longestSeconds = 900 }: BackoffTimes): number {
  return Math.min(LIMIT_SECONDS, longestSeconds, firstSeconds * 2 ** (receiveCount - 1));
}

/**
 * Whole seconds until a message comes back: drawn evenly from the upper half of a bound that doubles with each receive ("equal
 * jitter": the lower half is what the number of receives is reckoned with, and the draw keeps messages that failed together from
 * coming back together; AWS Architecture Blog, "Exponential Backoff And Jitter"). Near the end of the queue's retention never more
 * than half of what is left of it, so that the message is tried again before it is gone. At least 1.
 *
 * @param random from 0 to 1
 */
export function backoffSeconds(
  { receiveCount, ageSeconds = 0 }: ReceivedMessage,
  times: BackoffTimes,
  random: () => number,
): number {
  const drawn = mostSeconds(receiveCount, times) * (0.5 + random() / 2);
  const left = (times.retentionSeconds ?? FOUR_DAYS) - ageSeconds;
  return Math.max(1, Math.floor(Math.min(Math.ceil(drawn), left / 2)));
}

/**
 * How often a message can be received at most in an outage of `outageSeconds`, the receive at its beginning included: what
 * a queue's `maxReceiveCount` must not be below, or the outage moves messages to the dead-letter queue.
 */
export function mostReceives(outageSeconds: number, times: BackoffTimes = {}): number {
  let receives = 1;
  for (let at = 0; ; receives += 1) {
    at += Math.ceil(mostSeconds(receives, times) / 2);
    if (at > outageSeconds) return receives;
  }
}
