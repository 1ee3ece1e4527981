import type { Queues } from "../../emulators/queues.ts";
import type { QueueMapping } from "../../graph/graph.ts";
import type { InvocationResult, LambdaService } from "../../lambda/lambda-service.ts";
import { createWakeUp } from "../wake-up.ts";
import { STOP_GRACE_MS, eventOf, type EventSource } from "../event-source.ts";
import { newCounters, type MappingCounters } from "../mapping-status.ts";
import { readBatchResponse, type BatchResult } from "../partial-response.ts";
import { pause, settledWithin } from "../pause.ts";
import { GROWTH_INTERVAL_MS, createPollerConcurrency } from "./poller-concurrency.ts";
import { createQueueReader, type QueueBatch } from "./queue-reader.ts";

/** Batches in flight where the mapping names no maximum concurrency. AWS goes up to 1,250; a laptop does not. */
const DEFAULT_MAXIMUM_CONCURRENCY = 10;

/** Waits between attempts of a throttled batch: from, to. */
const THROTTLE_BACKOFF_MS = { first: 50, last: 5_000 };

/** What a queue's mapping works with. */
export interface SqsMappingOptions {
  readonly mapping: QueueMapping;
  readonly visibilityTimeoutSeconds: number;
  readonly queues: Pick<Queues, "receive" | "waitForMessage" | "delete" | "giveBack" | "depth">;
  readonly lambda: Pick<LambdaService, "invoke">;
  readonly region: string;
  /** Factor on the batching window. */
  readonly timeScale: number;
  /** Counts on from these. */
  readonly counters?: MappingCounters;
}

/**
 * The event source mapping of a queue (AWS: with-sqs, services-sqs-errorhandling).
 *
 * A batch is received, hidden for the queue's visibility timeout, and given to the function. Messages that succeeded are
 * deleted; for the others nothing is done: they come back when their visibility ends, and the queue moves them to its
 * dead-letter queue by their receive count. A throttled batch is tried again until its visibility ends. A message may be
 * delivered more than once.
 *
 * A FIFO queue hands out nothing of a message group that is in flight, so one batch of a group is handled at a time, batches of other
 * groups beside it, and a failure blocks its own groups alone, until the visibility of the failed messages ends.
 */
export function createSqsMapping(options: SqsMappingOptions): EventSource {
  const { mapping, queues, lambda } = options;
  const counters = options.counters ?? newCounters();
  const concurrency = createPollerConcurrency(mapping.maximumConcurrency ?? DEFAULT_MAXIMUM_CONCURRENCY);
  const stopping = new AbortController();
  const freed = createWakeUp();
  const inFlight = new Set<Promise<void>>();
  const reader = createQueueReader(options, stopping.signal);
  let polling: Promise<void> | undefined;
  let stopped = false;

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (inFlight.size >= concurrency.limit) {
        if (queues.depth(mapping.eventSourceArn).visible > 0) concurrency.saturated(Date.now());
        if (inFlight.size >= concurrency.limit) await freed.wait(stopping.signal, GROWTH_INTERVAL_MS);
        continue;
      }
      const batch = await reader.next();
      if (!batch) continue;
      const handling = handle(batch).finally(() => {
        inFlight.delete(handling);
        freed.wake();
      });
      inFlight.add(handling);
    }
  }

  async function handle(batch: QueueBatch): Promise<void> {
    const result = await invoke(batch);
    if (stopped) return;
    const failed = new Set(
      result.kind === "partial" ? result.failed : result.kind === "failed" ? batch.handles.keys() : [],
    );
    if (failed.size > 0) counters.failures += 1;
    const succeeded = [...batch.handles].filter(([messageId]) => !failed.has(messageId));
    queues.delete(
      mapping.eventSourceArn,
      succeeded.map(([, receiptHandle]) => receiptHandle),
    );
  }

  /** Invokes until the function ran, or until the messages are visible to others again. */
  async function invoke(batch: QueueBatch): Promise<BatchResult> {
    let waitMs = THROTTLE_BACKOFF_MS.first;
    while (!stopping.signal.aborted) {
      counters.batches += 1;
      counters.records += batch.records.length;
      try {
        const answer = await lambda.invoke(mapping.functionName, eventOf(batch.records), {
          source: { kind: "sqs", name: mapping.eventSourceArn, records: batch.records.length },
          attempt: batch.receives,
        });
        counters.problem = undefined;
        if (answer.functionError === undefined) concurrency.succeeded();
        else concurrency.failed();
        return resultOf(answer, batch);
      } catch (error) {
        counters.problem = `${mapping.functionName} cannot be invoked: ${String(error)}`;
        concurrency.failed();
        if (!isThrottle(error)) return { kind: "failed" };
      }
      if (Date.now() + waitMs >= batch.visibleAt) break;
      await pause(waitMs, stopping.signal);
      waitMs = Math.min(waitMs * 2, THROTTLE_BACKOFF_MS.last);
      counters.retries += 1;
    }
    return { kind: "failed" };
  }

  function resultOf(answer: InvocationResult, batch: QueueBatch): BatchResult {
    if (answer.functionError !== undefined) return { kind: "failed" };
    if (!mapping.reportBatchItemFailures) return { kind: "succeeded" };
    return readBatchResponse(answer.payload, new Set(batch.handles.keys()));
  }

  return {
    async start() {
      polling ??= poll();
    },
    idle() {
      if (inFlight.size > 0 || reader.holding) return false;
      const { visible, inFlight: hidden, delayed } = queues.depth(mapping.eventSourceArn);
      return visible + hidden + delayed === 0;
    },
    status: () => [
      {
        uuid: mapping.uuid,
        source: mapping.eventSourceArn,
        target: mapping.functionName,
        kind: "sqs",
        ...counters,
      },
    ],
    async stop(graceMs = STOP_GRACE_MS) {
      stopping.abort();
      await polling;
      reader.release();
      await settledWithin([...inFlight], graceMs);
      stopped = true;
    },
  };
}

/** Errors are told apart by code: a bundle may carry its own copy of the class. */
function isThrottle(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "TooManyRequestsException";
}
