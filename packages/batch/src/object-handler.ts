import type { LambdaContext } from "@doorbell/logger/log";
import { type HandlerOptions, type PerRecord } from "./handler-options.ts";
import { beginInvocation, DEADLINE_MARGIN_MS, DeadlineNearError } from "./invocation.ts";
import { measureBatch } from "./measure-batch.ts";
import { type ReadRecord, readRecords } from "./read-records.ts";
import { loggableReason } from "./reason.ts";

/** An object handler takes the records of an S3 event one after another. */
export type ObjectHandlerOptions<R, Count extends string> = HandlerOptions<R, Count> &
  Pick<PerRecord<R, Count>, "handle">;

/**
 * A Lambda handler for S3 event notifications, which invoke asynchronously: nobody reads an answer, and there are no
 * partial failures. Every record is handled, also after another one failed; then the failure is thrown (an
 * `AggregateError` where there are several), so that Lambda retries the whole event and in the end sends it to the
 * failure destination. Work may run twice for a record. There is no parking: a `Rejection` is thrown like any failure.
 * Throws besides: `UnexpectedEventError`, `MalformedRecordError`, `DeadlineNearError`.
 * AWS: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation".
 */
export function objectHandler<R, Count extends string>(
  options: ObjectHandlerOptions<R, Count>,
): (event: unknown, context: LambdaContext) => Promise<void> {
  const { handle, deadlineMarginMs = DEADLINE_MARGIN_MS } = options;
  return async (event, context) => {
    const beganAt = Date.now();
    const log = options.log.invocation(context, event);
    // All records fail together, so one without an id can be told by its place.
    const records = readRecords("S3", event, options.parse(event), (parsed) => parsed.id || String(parsed.index));
    const running = beginInvocation(log, context, deadlineMarginMs);
    const failures: unknown[] = [];
    let done = 0;
    const handleOne = async (record: ReadRecord<R>) => {
      try {
        if (!record.ok) throw new MalformedRecordError(record.id, record.reason);
        if (running.invocation.remainingMs() <= 0) throw new DeadlineNearError();
        await handle(record.value, running.invocation);
        done += 1;
      } catch (error) {
        failures.push(error);
        log.warn({ record: record.id, err: error }, "record failed, the event to be retried");
      }
    };
    const handleAll = async () => {
      for (const record of records) await handleOne(record);
    };
    try {
      await Promise.race([handleAll(), running.expired]);
    } finally {
      running.end();
    }
    const retried = records.length - done;
    log.info({ records: records.length, done, retried }, "event handled");
    measureBatch(log.metrics, { records, rejected: 0, retried, happenedAt: options.happenedAt, beganAt });
    if (done === records.length) return;
    if (failures.length === 0) throw new DeadlineNearError();
    throw failures.length === 1 ? failures[0] : new AggregateError(failures, `${failures.length} records failed.`);
  };
}

/** A record of an otherwise readable event does not have the shape of its source. Its `reason` is not for logs. */
class MalformedRecordError extends Error {
  readonly code = "MALFORMED_RECORD";
  readonly id: string;
  readonly #reason: string;

  constructor(id: string, reason: string) {
    super(`Record ${id} cannot be read: ${loggableReason(reason)}`);
    this.name = "MalformedRecordError";
    this.id = id;
    this.#reason = reason;
  }

  get reason(): string {
    return this.#reason;
  }
}
