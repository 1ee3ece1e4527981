import type { Issue } from "@doorbell/aws-events/parsed";
import type { InvocationLog, LambdaContext } from "@doorbell/logger/log";
import type { BatchCount, BatchMeasure } from "./batch-metrics.ts";
import type { Invocation } from "./invocation.ts";
import type { IdempotencyOutcome, Outcome } from "./outcome.ts";

/** What every handler needs: a logger that knows the invocation. `Source` is a record as AWS sends it. */
export interface HandlerOptions<Source, Count extends string> {
  /** Its metrics know what every handler counts and measures (`BATCH_COUNTS`), and what the service does. */
  readonly log: {
    invocation(context: LambdaContext, event: unknown): InvocationLog<Count | BatchCount, BatchMeasure>;
  };
  /** When what the record tells of happened, milliseconds since 1970, for the metric `EventAge`. Must not throw. */
  readonly happenedAt?: (record: Source) => number | undefined;
  /** Milliseconds before the deadline at which no further record is taken; `DEADLINE_MARGIN_MS` by default. */
  readonly deadlineMarginMs?: number;
}

/** What a record holds, or why it can never be handled. `summary` says in one sentence what the issues come to. */
export type ReadValue<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly summary?: string };

/**
 * How records are handled: one by one (`handle`), one by one with an outcome of their own (`apply`), or all of an invocation at once
 * (`handleBatch`).
 */
export type Handling<Value, Count extends string> = PerRecord<Value, Count> | WholeBatch<Value, Count>;

/** Handles records one by one, in order where the event source has one. */
export type PerRecord<Value, Count extends string> = { readonly handleBatch?: never } & (
  | {
      /**
       * Throw a `Rejection` for "never retry this"; anything else thrown is retried. With `once`, the work runs once per key, and the
       * record's outcome is the strategy's.
       */
      readonly handle: (value: Value, invocation: RecordInvocation<Count>) => Promise<void>;
      readonly once?: Once<Value>;
      readonly apply?: never;
    }
  | {
      /** What is thrown is treated alike; what is returned is the record's outcome, such as that of `applyOne` of `@doorbell/idempotency`. */
      readonly apply: (value: Value, invocation: Invocation<Count>) => Promise<Outcome | IdempotencyOutcome>;
      readonly handle?: never;
      readonly once?: never;
    }
);

/** What the work of one record is told. */
export interface RecordInvocation<Count extends string = never> extends Invocation<Count> {
  /** With `once`: the fencing number, which grows by one with each worker on this key. Hand it to whatever the work writes to. */
  readonly fence?: number;
}

/** What makes the work of a record happen once: a strategy, and what it tells records apart by. */
export interface Once<Value> extends RecordIdentity<Value> {
  /** The lease of `@doorbell/idempotency`. */
  readonly by: {
    /** Records of a standard queue with equal lanes are handled one after another, so that none finds another's lease. Must not throw. */
    laneOf<Each>(identity: RecordIdentity<Each>, value: Each): string | undefined;
    /** Runs work once per key. Must not throw: what the work throws is the outcome `failed`. */
    runRecord<Each>(
      identity: RecordIdentity<Each>,
      value: Each,
      invocation: { readonly remainingMs: () => number; readonly signal: AbortSignal },
      work: (handle: { readonly fence: number; readonly signal: AbortSignal }) => Promise<void>,
    ): Promise<IdempotencyOutcome>;
  };
}

/** What tells the work of records apart. */
interface RecordIdentity<Value> {
  /** Which work it is; never empty. All services that use a table share its keys, so begin with the service's name. */
  readonly keyOf: (value: Value) => string;
  /** What the work is, by which a duplicate is told from a conflict: the fields that make two records the same. */
  readonly payloadOf: (value: Value) => unknown;
}

/**
 * Handles all records of an invocation at once, so that one call can serve many. Returns one outcome a record, in the
 * records' order, of its own or of an idempotency strategy; a record for which the time did not suffice is a `retry`.
 */
export interface WholeBatch<Value, Count extends string> {
  readonly handleBatch: (
    values: readonly Value[],
    invocation: Invocation<Count>,
  ) => Promise<readonly (Outcome | IdempotencyOutcome)[]>;
  readonly handle?: never;
  readonly apply?: never;
  readonly once?: never;
}

/** The answer that reports partial failures to SQS and DynamoDB Streams (`ReportBatchItemFailures`). */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** Records that are handled at the same time where nothing else is said. */
export const CONCURRENCY = 10;
