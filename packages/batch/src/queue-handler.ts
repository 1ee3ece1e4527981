import type { LambdaContext } from "@doorbell/logger/log";
import { bounded } from "./bounded.ts";
import {
  type BatchResponse,
  CONCURRENCY,
  type HandlerOptions,
  type PerRecord,
  type WholeBatch,
} from "./handler-options.ts";
import { beginInvocation, DEADLINE_MARGIN_MS } from "./invocation.ts";
import { measureBatch } from "./measure-batch.ts";
import { type ReadRecord, readRecords } from "./read-records.ts";
import { recordOutcomes } from "./record-outcomes.ts";
import { type Park, settle, type Settled, tally } from "./settle.ts";

/** A queue handler takes messages one by one (`handle`) or all at once (`handleBatch`). */
export type QueueHandlerOptions<M, Count extends string> = HandlerOptions<M, Count> & {
  readonly park: Park;
  /** Messages handled, and rejected ones parked, at the same time; `CONCURRENCY` by default. */
  readonly concurrency?: number;
} & (PerRecord<M, Count> | WholeBatch<M, Count>);

/**
 * A Lambda handler for a standard SQS queue whose mapping reports batch item failures.
 *
 *     export const handler = queueHandler({ parse: parseSqsEvent, log, park: parkInQueue({ … }), handle: applyOrder });
 *
 * Messages are independent of each other. Exactly those that are neither done nor rejected and parked are reported as
 * failed, with the ones not taken, or not finished, when the deadline neared. Work may run twice for a message.
 * Throws, so that the whole batch is delivered again: `UnexpectedEventError`, `UnidentifiedRecordError`.
 * AWS: Lambda Developer Guide, "Handling errors for an SQS event source".
 */
export function queueHandler<M extends { readonly messageId: string }, Count extends string>(
  options: QueueHandlerOptions<M, Count>,
): (event: unknown, context: LambdaContext) => Promise<BatchResponse> {
  const { park, concurrency = CONCURRENCY, deadlineMarginMs = DEADLINE_MARGIN_MS } = options;
  return async (event, context) => {
    const beganAt = Date.now();
    const log = options.log.invocation(context, event);
    const { metrics } = log;
    const messages = readRecords("SQS", event, options.parse(event), (parsed) =>
      parsed.ok ? parsed.value.messageId : parsed.id,
    );
    // Before anything can go wrong: whoever follows a record must see that it came.
    log.info({ ids: messages.map(({ id }) => id) }, "batch received");
    const running = beginInvocation(log, context, deadlineMarginMs);
    const settled = new Map<ReadRecord<M>, Settled>();
    try {
      const outcome = recordOutcomes(options, messages, running.invocation);
      const work = bounded(messages, concurrency, async (message) => {
        const fields = { messageId: message.id };
        settled.set(
          message,
          await settle(message, await outcome(message, () => log.child(fields)), { park, log, fields, metrics }),
        );
      });
      await Promise.race([work, running.expired]);
    } finally {
      running.end();
    }
    const ends = tally(messages.length, settled.values());
    log.info(ends, "batch handled");
    measureBatch(metrics, { ...ends, records: messages, happenedAt: options.happenedAt, beganAt });
    const failed = messages.filter((message) => (settled.get(message) ?? "retried") === "retried");
    return { batchItemFailures: [...new Set(failed.map(({ id }) => id))].map((id) => ({ itemIdentifier: id })) };
  };
}
