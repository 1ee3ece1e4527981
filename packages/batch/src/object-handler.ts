import { type ObjectEvent, parseS3Event } from "@doorbell/aws-events/s3";
import type { LambdaContext } from "@doorbell/logger/log";
import type { HandlerOptions, PerRecord } from "./handler-options.ts";
import { DeadlineNearError } from "./invocation.ts";
import { Rejection } from "./rejection.ts";
import { type BatchPlan, runBatch } from "./run-batch.ts";

/** An object handler takes the records of an S3 event one after another. */
export type ObjectHandlerOptions<Count extends string> = HandlerOptions<ObjectEvent, Count> &
  PerRecord<ObjectEvent, Count>;

/**
 * A Lambda handler for S3 event notifications, which invoke asynchronously: nobody reads an answer, and there are no
 * partial failures. Every record is handled, also after another one failed; then the failure is thrown (an
 * `AggregateError` where there are several), so that Lambda retries the whole event and in the end sends it to the
 * failure destination. Work may run twice for a record. There is no parking: a `Rejection`, and a record that cannot be read,
 * is thrown like any failure. Throws besides: `UnexpectedEventError`, `DeadlineNearError`.
 * AWS: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation".
 */
export function objectHandler<Count extends string>(
  options: ObjectHandlerOptions<Count>,
): (event: unknown, context: LambdaContext) => Promise<void> {
  const plan: BatchPlan<ObjectEvent, ObjectEvent, Count> = {
    reader: {
      name: "S3",
      parse: parseS3Event,
      // All records fail together, so one without an id can be told by its place.
      idOf: (parsed) => parsed.id || String(parsed.index),
      read: (record) => ({ ok: true, value: record }),
    },
    options,
    // There is nowhere to park: what is rejected fails like the rest.
    park: (_, reason, error) => Promise.reject(error ?? new Rejection(reason)),
    concurrency: 1,
    named: (record) => ({ record }),
    laneOf: () => undefined,
    laneStops: false,
  };
  return async (event, context) => {
    const { records } = await runBatch(plan, event, context);
    const failures = records.flatMap(({ settled }) => (settled.end === "retried" ? [settled] : []));
    if (failures.length === 0) return;
    const errors = failures.flatMap(({ error }) => (error === undefined ? [] : [error]));
    if (errors.length === 0) throw new DeadlineNearError();
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, `${errors.length} records failed.`);
  };
}
