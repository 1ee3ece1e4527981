import { isRejection } from "./rejection.ts";

/**
 * What became of one record. `done`: acknowledge it. `rejected`: park it with the reason, then acknowledge it.
 * `retry`: report it as failed, so that the event source delivers it again.
 */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "rejected"; readonly reason: string }
  | { readonly kind: "retry"; readonly error: unknown };

/** Runs the work of one record. Never throws: a `Rejection` becomes `rejected`, anything else thrown `retry`. */
export async function outcomeOf(work: () => Promise<void>): Promise<Outcome> {
  try {
    await work();
    return { kind: "done" };
  } catch (error) {
    return isRejection(error) ? { kind: "rejected", reason: error.reason } : { kind: "retry", error };
  }
}

/**
 * Runs the work of a whole batch and gives one outcome a record, in their order. Never throws: where the work throws
 * or returns another number of outcomes, nobody knows which records it handled, so all of them are retried.
 */
export async function outcomesOf(
  records: number,
  work: () => Promise<readonly Outcome[]>,
): Promise<(index: number) => Outcome> {
  try {
    const outcomes = await work();
    const wrong = new OutcomeCountError({ records, outcomes: outcomes.length });
    if (outcomes.length !== records) return () => ({ kind: "retry", error: wrong });
    return (index) => outcomes[index] ?? { kind: "retry", error: wrong };
  } catch (error) {
    return () => ({ kind: "retry", error });
  }
}

/** A batch handler returned another number of outcomes than it was given records. */
class OutcomeCountError extends Error {
  readonly code = "OUTCOME_COUNT";
  readonly records: number;
  readonly outcomes: number;

  constructor(facts: { records: number; outcomes: number }) {
    super(`The batch handler returned ${facts.outcomes} outcomes for ${facts.records} records.`);
    this.name = "OutcomeCountError";
    this.records = facts.records;
    this.outcomes = facts.outcomes;
  }
}
