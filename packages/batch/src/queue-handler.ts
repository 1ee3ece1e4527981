import { parseSqsEvent, type QueueMessage } from "@doorbell/aws-events/sqs";
import type { LambdaContext } from "@doorbell/logger/log";
import {
  type BatchResponse,
  CONCURRENCY,
  type HandlerOptions,
  type Handling,
  type ReadValue,
} from "./handler-options.ts";
import { type Backoff, runBackingOff } from "./outage.ts";
import { property, type ReadRecord } from "./read-records.ts";
import { type BatchPlan, retriedIds, runBatch } from "./run-batch.ts";
import type { Park } from "./settle.ts";

export { batchMetrics } from "./batch-metrics.ts";
export { parkInQueue } from "./sqs-parking.ts";
export { hideInQueue } from "./sqs-visibility.ts";

/** What a queue handler takes; messages are handled one by one (`handle`) or all at once (`handleBatch`). */
export type QueueHandlerOptions<Value, Count extends string> = HandlerOptions<QueueMessage, Count> & {
  readonly park: Park;
  /** The queue is FIFO: see `queueHandler`. */
  readonly fifo?: boolean;
  /** Messages handled, and rejected ones parked, at the same time; `CONCURRENCY` by default. */
  readonly concurrency?: number;
  /** When everything in a batch fails, its messages come back later and later: see `queueHandler`. Not at all by default. */
  readonly backoff?: Backoff;
} & Handling<Value, Count>;

/** Reads the body of a message, which is then what the handler is given. What it finds wrong is parked as the reason. Must not throw. */
interface BodyParser<Value> {
  readonly parseBody: (body: string, message: QueueMessage) => ReadValue<Value>;
}

type QueueHandler = (event: unknown, context: LambdaContext) => Promise<BatchResponse>;

/**
 * A Lambda handler for an SQS queue whose mapping reports batch item failures.
 *
 *     export const handler = queueHandler({ log, park: parkInQueue({ … }), parseBody: parseOrderPlaced, handle: sendMail });
 *
 * Exactly those messages that are neither done nor rejected and parked are reported as failed, with the ones not taken, or not
 * finished, when the deadline neared. Work may run twice for a message, unless `once` or the work itself prevents it.
 * Messages of a standard queue are independent of each other, but for equal keys of `once`, which are handled one after another.
 * With `fifo`, the messages of a group are handled in order, and a group stops at its first failure: that message and the group's
 * later ones are reported. A rejected and parked message does not stop its group.
 * With `backoff: { hide: hideInQueue({ queueUrl }) }`, messages of a batch in which nothing succeeded come back later and later, by
 * their receive counts, and batches are not tried for a while after one that took long to fail. The queue's `maxReceiveCount`
 * must allow for it: `mostReceives` (`backoff`) says how many receives an outage takes.
 * Throws, so that the whole batch is delivered again: `UnexpectedEventError`, `UnidentifiedRecordError`.
 * AWS: Lambda Developer Guide, "Handling errors for an SQS event source", "Implementing partial batch responses".
 */
export function queueHandler<Value, Count extends string>(
  options: QueueHandlerOptions<Value, Count> & BodyParser<Value>,
): QueueHandler;
export function queueHandler<Count extends string>(
  options: QueueHandlerOptions<QueueMessage, Count> & { readonly parseBody?: never },
): QueueHandler;
export function queueHandler<Value, Count extends string>(
  options:
    | (QueueHandlerOptions<Value, Count> & BodyParser<Value>)
    | (QueueHandlerOptions<QueueMessage, Count> & { readonly parseBody?: never }),
): QueueHandler {
  if (options.parseBody === undefined) return handlerOf(options, (message) => ({ ok: true, value: message }));
  const { parseBody } = options;
  return handlerOf(options, (message) => parseBody(message.body, message));
}

function handlerOf<Value, Count extends string>(
  options: QueueHandlerOptions<Value, Count>,
  read: (message: QueueMessage) => ReadValue<Value>,
): QueueHandler {
  const { park, fifo = false, once, concurrency = CONCURRENCY, backoff } = options;
  const plan: BatchPlan<QueueMessage, Value, Count> = {
    reader: {
      name: "SQS",
      parse: parseSqsEvent,
      idOf: (parsed) => (parsed.ok ? parsed.value.messageId : parsed.id),
      read,
    },
    options,
    park,
    concurrency,
    named: (messageId) => ({ messageId }),
    laneOf: fifo ? groupOf : (record) => (record.ok ? once?.by.laneOf(once, record.value) : undefined),
    laneStops: fifo,
  };
  const run: ReturnType<typeof runBackingOff> =
    backoff === undefined
      ? async (event, context) => (await runBatch(plan, event, context)).records
      : runBackingOff(plan, backoff);
  return async (event, context) => {
    const failed = new Set(retriedIds(await run(event, context)));
    return { batchItemFailures: [...failed].map((id) => ({ itemIdentifier: id })) };
  };
}

/** Also of a message that could not be read. Those whose group is unknown are a group of their own. */
function groupOf({ raw }: ReadRecord<QueueMessage, unknown>): string {
  const group = property(property(raw, "attributes"), "MessageGroupId");
  return typeof group === "string" ? group : "";
}
