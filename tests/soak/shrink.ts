import type { History } from "./history.ts";
import { type RunOptions, runHistory, type RunResult } from "./run-history.ts";

/** Runs that shrinking takes at most. */
const MAX_RUNS = 500;

/** Whether a run has ended otherwise than it must. */
export function hasFailed({ lost, doubled, wrong }: Pick<RunResult, "lost" | "doubled" | "wrong">): boolean {
  return lost.length + doubled.length + wrong.length > 0;
}

/**
 * A history that fails, made as short as it can be by leaving out what is sent and what goes wrong: what is left fails still. All that
 * goes wrong in it is written down in `faults`.
 *
 * @throws Error where the history does not fail
 */
export async function shrink(history: History, options: RunOptions = {}): Promise<History> {
  let runs = 0;
  const fails = async (tried: History) => (runs += 1) <= MAX_RUNS && hasFailed(await runHistory(tried, options));
  if (!(await fails(history))) throw new Error(`The history of seed ${history.seed} does not fail`);
  const sent = await smallest(history.sent, (some) => fails({ ...history, sent: some }));
  const { faults } = await runHistory({ ...history, sent }, options);
  const left = await smallest(faults, (some) => fails({ ...history, sent, faults: some }));
  return {
    seed: history.seed,
    sent: await smallest(sent, (some) => fails({ ...history, sent: some, faults: left })),
    faults: left,
  };
}

/**
 * Leaves out what can be left out: halves first, then ever smaller parts, to single ones (Zeller and Hildebrandt, "Simplifying and
 * Isolating Failure-Inducing Input").
 */
async function smallest<T>(all: readonly T[], fails: (some: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let left = all;
  for (let size = Math.ceil(left.length / 2); size >= 1;) {
    const before = left.length;
    for (let at = 0; at < left.length;) {
      const without = [...left.slice(0, at), ...left.slice(at + size)];
      if (await fails(without)) left = without;
      else at += size;
    }
    if (size === 1 && left.length === before) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return left;
}
