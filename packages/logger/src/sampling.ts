import { createHash } from "node:crypto";

/** Whether the lines about the thing called `key` are written: always the same answer for the same key and rate, in every process. */
export type IsSampled = (key: string) => boolean;

/**
 * Chooses a share of all keys by their hash (the first 32 bits of SHA-256), so that services that know nothing of each other choose
 * the same ones: of each thing either every success is logged, or none. A key of a lower rate is also one of every higher rate.
 *
 * For successes alone, where one line each costs more than the work itself. What failed, was retried or was refused is always logged.
 *
 * @param rate from 0 (none) to 1 (all)
 * @throws RangeError, of any other rate
 */
export function sampling(rate: number): IsSampled {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`A sample rate is from 0 to 1, not ${rate}.`);
  return (key) => rate === 1 || createHash("sha256").update(key).digest().readUInt32BE() < rate * 2 ** 32;
}
