import { randomUUID } from "node:crypto";
import type { StreamMapping } from "../../graph/graph.ts";
import type { LambdaService } from "../../lambda/lambda-service.ts";
import { eventOf } from "../event-source.ts";
import type { DiscardCondition, DiscardedBatch } from "./failure-destination.ts";
import type { MappingCounters } from "../mapping-status.ts";
import { readBatchResponse } from "../partial-response.ts";
import { pause } from "../pause.ts";
import type { StreamItem } from "./stream-event.ts";

/*
 * A batch of a stream is a list of pieces, handled from the front, one at a time, so that order is kept:
 *
 *   piece ── records too old ────────────────────▶ given up (RecordAgeExceeded), the rest stays
 *         ── succeeded ──────────────────────────▶ settled
 *         ── throttled, or no invocation ────────▶ same piece after a wait; no retry consumed
 *         ── partial, bisect on ─────────────────▶ settled up to the reported record; the rest at once, no retry consumed
 *         ── partial ────────────────────────────▶ settled up to the reported record; the rest as failed
 *         ── failed, bisect on, several records ─▶ two halves at once, no retry consumed
 *         ── failed, retries left ───────────────▶ same piece after a wait, one retry consumed
 *         ── failed ─────────────────────────────▶ given up (RetryAttemptsExhausted)
 *
 * A partial response that reports the first record leaves nothing to split off there, so it counts as failed.
 */

/** Stream records live for 24 hours (AWS: Streams, data retention). */
const RETENTION_MS = 24 * 60 * 60 * 1_000;

/** Waits before the same records are tried again: from, doubling, to. AWS names none. */
const BACKOFF_MS = { first: 500, last: 60_000 };

interface Piece {
  readonly items: readonly StreamItem[];
  readonly retries: number;
  readonly last: LastInvocation;
}

interface LastInvocation {
  readonly requestId: string;
  readonly functionError: string | null;
}

/** How the last attempt on a piece went. `failedFrom` is the index of the first record that is not done. */
type Attempt =
  | { readonly kind: "succeeded" }
  | { readonly kind: "throttled" }
  | {
      readonly kind: "failed";
      readonly failedFrom: number;
      readonly partial: boolean;
      readonly invocation: LastInvocation;
    };

/** What delivering works with. */
export interface BatchDeliveryOptions {
  readonly mapping: StreamMapping;
  readonly lambda: Pick<LambdaService, "invoke">;
  readonly counters: MappingCounters;
  /** Records came to their end: handled, or given up. */
  readonly settle: (items: readonly StreamItem[]) => void;
  /** Takes a batch that was given up; called again until it resolves. */
  readonly discard: (batch: DiscardedBatch) => void;
  readonly timeScale: number;
  readonly signal: AbortSignal;
}

/** Gives one batch to the function until every record is settled, or until the signal aborts. Never rejects. */
export type DeliverBatch = (items: readonly StreamItem[]) => Promise<void>;

/**
 * Delivery of a stream's batches with retries, record age, bisection and partial responses
 * (AWS: services-dynamodb-errors, services-ddb-batchfailurereporting).
 */
export function createBatchDelivery(options: BatchDeliveryOptions): DeliverBatch {
  const { mapping, counters, signal, timeScale } = options;
  const maximumAgeMs =
    (mapping.maximumRecordAgeSeconds < 0 ? RETENTION_MS : mapping.maximumRecordAgeSeconds * 1_000) * timeScale;

  async function attempt({ items, retries }: Piece): Promise<Attempt> {
    counters.batches += 1;
    counters.records += items.length;
    let answer;
    try {
      answer = await options.lambda.invoke(mapping.functionName, eventOf(items.map(({ text }) => text)), {
        source: { kind: "dynamodb", name: mapping.eventSourceArn, records: items.length },
        attempt: retries + 1,
      });
      counters.problem = undefined;
    } catch (error) {
      counters.problem = `${mapping.functionName} cannot be invoked: ${String(error)}`;
      // Nothing ran (throttled, no such function yet, Lambda is stopping): tried until the records are too old.
      return { kind: "throttled" };
    }
    const { requestId } = answer;
    if (answer.functionError !== undefined) {
      return {
        kind: "failed",
        failedFrom: 0,
        partial: false,
        invocation: { requestId, functionError: answer.functionError },
      };
    }
    if (!mapping.reportBatchItemFailures) return { kind: "succeeded" };
    const result = readBatchResponse(answer.payload, new Set(items.map(({ sequenceNumber }) => sequenceNumber)));
    if (result.kind === "succeeded") return result;
    const partial = result.kind === "partial";
    const failedFrom = partial ? items.findIndex(({ sequenceNumber }) => result.failed.has(sequenceNumber)) : 0;
    return { kind: "failed", failedFrom, partial, invocation: { requestId, functionError: null } };
  }

  /** The pieces that take the place of one that failed. */
  async function afterFailure(piece: Piece, failed: Attempt & { kind: "failed" }): Promise<Piece[]> {
    counters.failures += 1;
    options.settle(piece.items.slice(0, failed.failedFrom));
    const rest: Piece = {
      items: piece.items.slice(failed.failedFrom),
      retries: piece.retries,
      last: failed.invocation,
    };
    if (mapping.bisectBatchOnFunctionError) {
      if (failed.failedFrom > 0) return [rest];
      if (rest.items.length > 1) return halves(rest);
    }
    if (mapping.maximumRetryAttempts >= 0 && rest.retries >= mapping.maximumRetryAttempts) {
      await giveUp(rest, "RetryAttemptsExhausted");
      return [];
    }
    await backOff(rest.retries);
    return [{ ...rest, retries: rest.retries + 1 }];
  }

  /** Gives up the records that are too old; what is left of the piece, if anything. */
  async function withoutExpired(piece: Piece): Promise<Piece | undefined> {
    const oldest = Date.now() - maximumAgeMs;
    const fresh = piece.items.findIndex(({ arrivedAt }) => arrivedAt >= oldest);
    const count = fresh === -1 ? piece.items.length : fresh;
    if (count === 0) return piece;
    await giveUp({ ...piece, items: piece.items.slice(0, count) }, "RecordAgeExceeded");
    return count === piece.items.length ? undefined : { ...piece, items: piece.items.slice(count) };
  }

  /** Loses nothing: while the destination cannot be reached the batch waits, and with it the lane. */
  async function giveUp({ items, retries, last }: Piece, condition: DiscardCondition): Promise<void> {
    for (let tries = 0; !signal.aborted; tries += 1) {
      try {
        options.discard({ items, condition, invokeCount: retries + 1, ...last });
        counters.discarded += items.length;
        options.settle(items);
        return;
      } catch (error) {
        counters.problem = `${mapping.onFailure} takes no failed batch: ${String(error)}`;
        await backOff(tries);
      }
    }
  }

  async function backOff(times: number): Promise<void> {
    await pause(Math.min(BACKOFF_MS.first * 2 ** Math.min(times, 16), BACKOFF_MS.last) * timeScale, signal);
  }

  return async (items) => {
    let pieces: Piece[] = [{ items, retries: 0, last: { requestId: randomUUID(), functionError: null } }];
    let throttles = 0;
    for (let first = true; ; first = false) {
      const [head, ...others] = pieces;
      if (!head || signal.aborted) return;
      const piece = await withoutExpired(head);
      pieces = others;
      if (!piece) continue;
      if (!first) counters.retries += 1;
      const outcome = await attempt(piece);
      if (signal.aborted && outcome.kind !== "succeeded") return;
      throttles = outcome.kind === "throttled" ? throttles + 1 : 0;
      if (outcome.kind === "succeeded") options.settle(piece.items);
      if (outcome.kind === "failed") pieces = [...(await afterFailure(piece, outcome)), ...others];
      if (outcome.kind === "throttled") {
        pieces = [piece, ...others];
        await backOff(throttles - 1);
      }
    }
  };
}

function halves(piece: Piece): Piece[] {
  const middle = Math.ceil(piece.items.length / 2);
  return [
    { ...piece, items: piece.items.slice(0, middle) },
    { ...piece, items: piece.items.slice(middle) },
  ];
}
