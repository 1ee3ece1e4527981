import { type QueueMessage, sentAtOf } from "@doorbell/aws-events/sqs";
import type { LambdaContext, Log } from "@doorbell/logger/log";
import { type BackoffTimes, backoffSeconds } from "./backoff.ts";
import { allowedMs, circuitAfter, CLOSED } from "./circuit.ts";
import { DeadlineNearError } from "./invocation.ts";
import { logBatchEvent } from "./log-events.ts";
import { type BatchPlan, runBatch, type SettledRecord } from "./run-batch.ts";

/** A received message and how long from now it is to stay hidden. */
export interface HiddenMessage {
  readonly receiptHandle: string;
  /** Whole seconds, 1 to 43,200. */
  readonly seconds: number;
}

/** Hides messages of the queue. Rejects where not all of them were; those come back when the queue's visibility timeout ends. */
export type Hide = (messages: readonly HiddenMessage[], signal: AbortSignal) => Promise<void>;

/** What a queue handler does with messages when a whole batch fails. */
export interface Backoff extends BackoffTimes {
  readonly hide: Hide;
  /** From 0 to 1; `Math.random` by default. */
  readonly random?: () => number;
}

/** Left of the invocation for its answer when the messages are not hidden in time. */
const ANSWER_MS = 100;

/**
 * Runs batches of a queue, and backs off when everything in one fails: its messages come back later and later, and while what the
 * work depends on is down (`Circuit`) they do so without being tried. What can never succeed is parked all the same, where that shows
 * without the work. A message that could not be hidden comes back when the queue's own visibility timeout ends.
 */
export function runBackingOff<Value, Count extends string>(
  plan: BatchPlan<QueueMessage, Value, Count>,
  backoff: Backoff,
): (event: unknown, context: LambdaContext) => Promise<readonly SettledRecord<QueueMessage>[]> {
  const { log, happenedAt, deadlineMarginMs } = plan.options;
  const refusing: typeof plan = {
    ...plan,
    options: {
      log,
      ...(happenedAt && { happenedAt }),
      ...(deadlineMarginMs !== undefined && { deadlineMarginMs }),
      handleBatch: () => Promise.reject(new CircuitOpenError()),
    },
  };
  let circuit = CLOSED;
  return async (event, context) => {
    const limitMs = context.getRemainingTimeInMillis();
    const beganMs = Date.now();
    const ms = allowedMs(circuit, limitMs, beganMs);
    const batch = await (ms === 0
      ? runBatch(refusing, event, context)
      : runBatch(plan, event, shortened(context, limitMs - ms)));
    const retried = batch.records.filter(({ settled }) => settled.end === "retried");
    const done = batch.records.some(({ settled }) => settled.end === "done");
    const failed = retried.length > 0 && !done;
    const nowMs = Date.now();
    if (ms > 0 && (failed || done))
      circuit = circuitAfter(circuit, { failed, tookMs: nowMs - beganMs, limitMs, nowMs });
    if (failed) await hideAll(retried, { backoff, log: batch.log, context });
    return batch.records;
  };
}

/** The context as if the invocation ended earlier. Lambda's own may have its properties anywhere, so it stays the prototype. */
function shortened(context: LambdaContext, byMs: number): LambdaContext {
  if (byMs === 0) return context;
  const getRemainingTimeInMillis = { value: () => Math.max(0, context.getRemainingTimeInMillis() - byMs) };
  return Object.create(context, { getRemainingTimeInMillis });
}

async function hideAll(
  records: readonly SettledRecord<QueueMessage>[],
  { backoff, log, context }: { readonly backoff: Backoff; readonly log: Log; readonly context: LambdaContext },
): Promise<void> {
  const messages = records.flatMap(({ source }) => {
    if (source === undefined) return [];
    const sentAt = sentAtOf(source);
    const ageSeconds = sentAt === undefined ? undefined : (Date.now() - sentAt) / 1_000;
    const { receiptHandle, receiveCount } = source;
    const seconds = backoffSeconds({ receiveCount, ageSeconds }, backoff, backoff.random ?? Math.random);
    return [{ receiptHandle, seconds }];
  });
  if (messages.length === 0) return;
  try {
    await inTime(context.getRemainingTimeInMillis() - ANSWER_MS, (signal) => backoff.hide(messages, signal));
    const seconds = Math.max(...messages.map((message) => message.seconds));
    logBatchEvent(log, { event: "batch.backed-off", messages: messages.length, seconds });
  } catch (error) {
    logBatchEvent(log, { event: "batch.not-backed-off", messages: messages.length, err: error });
  }
}

/** Rejects after `ms` at the latest, even where the work does not heed its signal. */
async function inTime(ms: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const near = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new DeadlineNearError();
    near.abort(error);
    late.reject(error);
  }, ms);
  try {
    await Promise.race([work(near.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the work depends on was down a moment ago, so it was not tried. The message comes back. */
class CircuitOpenError extends Error {
  readonly code = "CIRCUIT_OPEN";

  constructor() {
    super("Everything failed a moment ago, so this was not tried.");
    this.name = "CircuitOpenError";
  }
}
