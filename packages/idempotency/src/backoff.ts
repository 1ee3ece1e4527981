/** The first pause's upper bound. */
export const BACKOFF_BASE_MS = 25;
/** No pause is longer. */
export const BACKOFF_CAP_MS = 2_000;

/**
 * The pause before try number `attempt` (1 is the first retry): full jitter, evenly drawn from 0 to a bound that doubles
 * from {@link BACKOFF_BASE_MS} to {@link BACKOFF_CAP_MS} (AWS Architecture Blog, "Exponential Backoff And Jitter").
 */
export function fullJitter(attempt: number, random: () => number): number {
  const bound = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attempt - 1));
  return Math.floor(random() * bound);
}
