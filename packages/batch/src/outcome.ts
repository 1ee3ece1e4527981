import { isRejection } from "./rejection.ts";

/**
 * What became of one record. `done`: acknowledge it. `rejected`: park it with the reason, then acknowledge it.
 * `retry`: report it as failed, so that the event source delivers it again.
 */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "rejected"; readonly reason: string; readonly error?: unknown }
  | { readonly kind: "retry"; readonly error: unknown };

/** How an idempotency strategy ended for one record; what the strategies of `@doorbell/idempotency` answer. */
export type IdempotencyOutcome = (
  | { readonly kind: "applied" | "duplicate" }
  /** `key` names what is stored, in the reason. */
  | { readonly kind: "conflict"; readonly stored: string; readonly given: string; readonly key?: string }
  | { readonly kind: "busy"; readonly untilMs: number }
  | { readonly kind: "failed"; readonly code: string; readonly error: unknown }
) & {
  /** Calls that the store throttled, or did not answer, and that were tried again. */
  readonly throttles?: number;
};

/** Codes of a failure that neither another delivery nor a new deployment mends. */
const NEVER_STORABLE: Readonly<Record<string, string>> = {
  ValidationError: "DynamoDB calls the item not valid; one over 400 KB is",
  ITEM_UNREADABLE: "The stored item is unreadable",
  MISSING_KEY: "The record has no key",
};

/**
 * The one place where the outcome of an idempotency strategy becomes that of the record. `applied`, `duplicate`: done.
 * `conflict`: rejected, with both fingerprints. `busy`: another worker has it, retried. `failed`: rejected where it can never
 * succeed, else retried.
 */
export function recordOutcome(outcome: Outcome | IdempotencyOutcome): Outcome {
  switch (outcome.kind) {
    case "applied":
    case "duplicate":
      return { kind: "done" };
    case "conflict": {
      const { stored, given, key = "This key" } = outcome;
      return {
        kind: "rejected",
        reason: `${key} is stored with another payload: ${stored} is stored, ${given} came`,
      };
    }
    case "busy":
      return { kind: "retry", error: new RecordNotApplied("BUSY", `until ${new Date(outcome.untilMs).toISOString()}`) };
    case "failed":
      return failure(outcome);
    default:
      return outcome;
  }
}

function failure({ code, error }: { readonly code: string; readonly error: unknown }): Outcome {
  if (isRejection(error)) return { kind: "rejected", reason: error.reason, error };
  const reason = Object.hasOwn(NEVER_STORABLE, code) ? NEVER_STORABLE[code] : undefined;
  return reason === undefined
    ? { kind: "retry", error: error ?? new RecordNotApplied(code) }
    : { kind: "rejected", reason: `${reason} (${code})`, error };
}

/** Runs the work of one record, which may have an outcome. Never throws: a `Rejection` becomes `rejected`, anything else `retry`. */
export async function outcomeOf(
  work: () => Promise<Outcome | IdempotencyOutcome | void>,
): Promise<Outcome | IdempotencyOutcome> {
  try {
    return (await work()) ?? { kind: "done" };
  } catch (error) {
    return isRejection(error) ? { kind: "rejected", reason: error.reason, error } : { kind: "retry", error };
  }
}

/**
 * Runs the work of a whole batch and gives one outcome a record, in their order. Never throws: where the work throws
 * or returns another number of outcomes, nobody knows which records it handled, so all of them are retried.
 */
export async function outcomesOf(
  records: number,
  work: () => Promise<readonly (Outcome | IdempotencyOutcome)[]>,
): Promise<readonly (Outcome | IdempotencyOutcome)[]> {
  let error: unknown;
  try {
    const outcomes = await work();
    if (outcomes.length === records) return outcomes;
    error = new RecordNotApplied("OUTCOME_COUNT", `${outcomes.length} outcomes for ${records} records`);
  } catch (thrown) {
    error = thrown;
  }
  return Array.from({ length: records }, () => ({ kind: "retry", error }));
}

/** The record was not applied, and nothing was thrown that says more. `code` is that of the strategy, `BUSY` or `OUTCOME_COUNT`. */
class RecordNotApplied extends Error {
  readonly code: string;

  constructor(code: string, why = "") {
    super(`The record was not applied: ${code} ${why}`);
    this.name = "RecordNotApplied";
    this.code = code;
  }
}
