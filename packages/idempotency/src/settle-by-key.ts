import { type FailedOutcome, failedOutcome } from "./failed-outcome.ts";

/**
 * Runs every job of a batch at once and answers in the same order; what one throws is its own outcome. Jobs of one key
 * follow each other, so that each later one meets what the earlier one stored instead of its running lease.
 */
export async function settleByKey<Job extends { readonly key: string }, Outcome>(
  jobs: readonly Job[],
  run: (job: Job) => Promise<Outcome>,
): Promise<readonly (Outcome | FailedOutcome)[]> {
  const last = new Map<string, Promise<unknown>>();
  const outcomes = jobs.map((job) => {
    const outcome = (last.get(job.key) ?? Promise.resolve()).then(() => run(job)).catch(failedOutcome);
    last.set(job.key, outcome);
    return outcome;
  });
  return Promise.all(outcomes);
}
