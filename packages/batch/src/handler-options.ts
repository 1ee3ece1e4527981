import type { ParsedBatch } from "@doorbell/aws-events/parsed";
import type { InvocationLog, LambdaContext } from "@doorbell/logger/log";
import type { BatchCount, BatchMeasure } from "./batch-metrics.ts";
import type { Invocation } from "./invocation.ts";
import type { Outcome } from "./outcome.ts";

/** What every handler needs: the parser of its event source, and a logger that knows the invocation. */
export interface HandlerOptions<R, Count extends string> {
  readonly parse: (event: unknown) => ParsedBatch<R>;
  /** Its metrics know what every handler counts and measures ({@link BATCH_COUNTS}), and what the service does. */
  readonly log: {
    invocation(context: LambdaContext, event: unknown): InvocationLog<Count | BatchCount, BatchMeasure>;
  };
  /** When what the record tells of happened, milliseconds since 1970, for the metric `EventAge`. Must not throw. */
  readonly happenedAt?: (record: R) => number | undefined;
  /** Milliseconds before the deadline at which no further record is taken; `DEADLINE_MARGIN_MS` by default. */
  readonly deadlineMarginMs?: number;
}

/** Handles records one by one. Throw a `Rejection` for "never retry this"; anything else thrown is retried. */
export interface PerRecord<R, Count extends string> {
  readonly handle: (record: R, invocation: Invocation<Count>) => Promise<void>;
  readonly handleBatch?: never;
}

/**
 * Handles all records of an invocation at once, so that one call can serve many. Returns one outcome a record, in the
 * records' order; a record for which the time did not suffice is a `retry`.
 */
export interface WholeBatch<R, Count extends string> {
  readonly handleBatch: (records: readonly R[], invocation: Invocation<Count>) => Promise<readonly Outcome[]>;
  readonly handle?: never;
}

/** The answer that reports partial failures to SQS and DynamoDB Streams (`ReportBatchItemFailures`). */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** Records that are handled at the same time where nothing else is said. */
export const CONCURRENCY = 10;
