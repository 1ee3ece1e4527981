import { MissingKey } from "./missing-key.ts";
import { StoreFailure } from "./store-failure.ts";

/**
 * One record of a batch that was not settled. `code` is the error's own, or DynamoDB's; `retryable` says whether a
 * redelivery may do better (throttled until the deadline) or not (access denied, no table, no key).
 */
export interface FailedOutcome {
  readonly kind: "failed";
  readonly code: string;
  readonly error: unknown;
  readonly retryable: boolean;
}

/** What a single run throws, as the outcome of one record of a batch. What is not known may go away. */
export function failedOutcome(error: unknown): FailedOutcome {
  if (error instanceof StoreFailure) return { kind: "failed", code: error.reason, error, retryable: error.retryable };
  if (error instanceof MissingKey) return { kind: "failed", code: error.code, error, retryable: false };
  return { kind: "failed", code: codeOf(error), error, retryable: true };
}

/** A statement's error and a broken connection's have codes, an exception of a whole call has a name. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  return "code" in error ? String(error.code) : error.name;
}
