/** The store could not answer: `retryable` says whether the same call may succeed later, `reason` what the service said. */
export class StoreFailure extends Error {
  readonly code = "STORE_FAILED";
  readonly reason: string;
  readonly retryable: boolean;

  constructor(facts: { reason: string; retryable: boolean; cause: unknown }) {
    super(`The store failed: ${facts.reason}`, { cause: facts.cause });
    this.name = "StoreFailure";
    this.reason = facts.reason;
    this.retryable = facts.retryable;
  }
}
