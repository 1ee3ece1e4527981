import type { LambdaContext, Log } from "@doorbell/logger/log";
import type { Counter } from "@doorbell/logger/metrics";

/** Milliseconds before Lambda's deadline at which no further record is taken; the default of every handler here. */
export const DEADLINE_MARGIN_MS = 1_000;

/** What a handler is told of the invocation it runs in. `Count` names what the service itself counts. */
export interface Invocation<Count extends string = never> {
  /** A logger with the request's context; for a per-record handler, with the record's id as well. */
  readonly log: Log;
  /** Counts what only the service knows; the handler counts records and their ends, and writes it all in one line. */
  readonly metrics: Counter<Count>;
  /** Milliseconds until the deadline margin begins; 0 or less when it has begun. */
  readonly remainingMs: () => number;
  /** Aborted when the deadline margin begins. Work that is then in flight should stop and throw. */
  readonly signal: AbortSignal;
}

/** An invocation under way: `end` must be called, or its timers outlive it. */
export interface RunningInvocation<Count extends string> {
  readonly invocation: Invocation<Count>;
  /** Settles in the middle of the margin, when the answer must go out with whatever is known by then. */
  readonly expired: Promise<void>;
  end(): void;
}

/**
 * Starts the clock of an invocation:
 *
 *     |--- records are taken ---|-- work in flight may end --|-- answer --| deadline
 *                         margin begins: signal          expired
 *
 * The margin is never more than half of the time there is, so that a function with a short timeout still works.
 */
export function beginInvocation<Count extends string>(
  log: Log & { readonly metrics: Counter<Count> },
  context: LambdaContext,
  deadlineMarginMs: number,
): RunningInvocation<Count> {
  const marginMs = Math.min(deadlineMarginMs, context.getRemainingTimeInMillis() / 2);
  const remainingMs = () => context.getRemainingTimeInMillis() - marginMs;
  const near = new AbortController();
  const expiry = Promise.withResolvers<void>();
  const timers = [
    setTimeout(() => near.abort(new DeadlineNearError()), remainingMs()),
    setTimeout(() => expiry.resolve(), remainingMs() + marginMs / 2),
  ];
  return {
    invocation: { log, metrics: log.metrics, remainingMs, signal: near.signal },
    expired: expiry.promise,
    end: () => timers.forEach((timer) => clearTimeout(timer)),
  };
}

/** The deadline was too near to take a record, or to wait for its end any longer. The record is delivered again. */
export class DeadlineNearError extends Error {
  readonly code = "DEADLINE_NEAR";

  constructor() {
    super("The invocation's deadline is near.");
    this.name = "DeadlineNearError";
  }
}
