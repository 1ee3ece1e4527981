/** The invocation ends too soon to take a lease; nothing was claimed, and a redelivery has its full time. */
export class NotEnoughTime extends Error {
  readonly code = "NOT_ENOUGH_TIME";
  readonly remainingMs: number;

  constructor(facts: { remainingMs: number; cause?: unknown }) {
    super(`Only ${facts.remainingMs} ms are left, too few to take a lease`, { cause: facts.cause });
    this.name = "NotEnoughTime";
    this.remainingMs = facts.remainingMs;
  }
}

/** The lease ended or went to another owner while the work ran; what the work did is the later owner's to settle. */
export class LeaseLost extends Error {
  readonly code = "LEASE_LOST";
  readonly key: string;
  readonly fence: number;

  constructor(facts: { key: string; fence: number }) {
    super(`The lease with fencing number ${facts.fence} was lost`);
    this.name = "LeaseLost";
    this.key = facts.key;
    this.fence = facts.fence;
  }
}

/** The work ran, and storing that it did was not possible in time: once the lease is over it may run again. */
export class CompletionNotStored extends Error {
  readonly code = "COMPLETION_NOT_STORED";
  readonly key: string;
  readonly fence: number;

  constructor(facts: { key: string; fence: number; cause: unknown }) {
    super(`The work with fencing number ${facts.fence} ran, but its completion could not be stored`, {
      cause: facts.cause,
    });
    this.name = "CompletionNotStored";
    this.key = facts.key;
    this.fence = facts.fence;
  }
}
