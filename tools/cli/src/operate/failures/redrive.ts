import { setTimeout as delay } from "node:timers/promises";
import type { Failure, FailureSource, FoundFailure } from "./failure.ts";

/**
 * What became of a failure that was to be sent back:
 *
 * | result | it is |
 * |---|---|
 * | `sent` | accepted by its queue or function, and taken out of its place |
 * | `handled` | done, as the service has answered, and taken out |
 * | `already-done` | done before by another delivery; sent all the same, skipped by the service, taken out |
 * | `failed-again` | sent, and still where it was |
 * | `kept` | not sent, or not taken out, and still where it was |
 * | `gone` | not there any more: someone else took it since it was listed, or is looking at it |
 */
export interface Redriven {
  readonly failure: Failure;
  readonly result: "sent" | "handled" | "already-done" | "failed-again" | "kept" | "gone";
  readonly detail?: string;
  /** To follow up by; only where the outcome is not known yet. */
  readonly pending?: { readonly found: FoundFailure; readonly deliveryId: string | undefined };
}

/** So many in a row that could not be sent, and the next ones could not either. */
export const MAX_KEPT_IN_A_ROW = 10;

/**
 * Sends failures back, one after the other: each is sent first and taken out after, so a crash in between leaves it where it is, to
 * be sent once more, which the services' own idempotency makes harmless. Never more than `ratePerSecond`, and never one that was not
 * `planned`: what fails again at once is not sent again by the same run. On abort the one under way is finished.
 */
export async function redrive(
  sources: readonly FailureSource[],
  planned: readonly Failure[],
  options: {
    readonly ratePerSecond: number;
    readonly signal: AbortSignal;
    /** Goes in the place of the content of what is planned, which is one. */
    readonly edited?: string;
    readonly onResult: (redriven: Redriven) => void;
  },
): Promise<readonly Redriven[]> {
  const { ratePerSecond, signal, edited, onResult } = options;
  const results: Redriven[] = [];
  const report = (redriven: Redriven): void => {
    results.push(redriven);
    onResult(redriven);
  };
  const pace = createPace(ratePerSecond, signal);
  let keptInARow = 0;
  const isStopped = () => signal.aborted || keptInARow >= MAX_KEPT_IN_A_ROW;

  for (const source of sources) {
    const wanted = new Map(planned.filter((each) => each.place === source.place).map((each) => [each.id, each]));
    if (wanted.size === 0 || isStopped()) continue;
    for await (const found of source.failures()) {
      if (!wanted.has(found.failure.id)) continue;
      await pace();
      if (signal.aborted) break;
      wanted.delete(found.failure.id);
      const redriven = await redriveOne(found, edited);
      report(redriven);
      keptInARow = redriven.result === "kept" ? keptInARow + 1 : 0;
      if (wanted.size === 0 || isStopped()) break;
    }
    if (!isStopped()) for (const failure of wanted.values()) report({ failure, result: "gone" });
  }
  return results;
}

async function redriveOne(found: FoundFailure, edited?: string): Promise<Redriven> {
  const { failure } = found;
  let isSent = false;
  try {
    const wasDone = edited === undefined && (await found.isDone());
    const sent = await found.send(edited);
    if (sent.kind === "failed-again") return { failure, result: sent.kind, detail: sent.detail };
    isSent = true;
    await found.remove();
    if (wasDone) return { failure, result: "already-done" };
    if (sent.kind === "sent") return { failure, result: "sent", pending: { found, deliveryId: sent.deliveryId } };
    return { failure, result: "handled", ...(sent.detail !== undefined && { detail: sent.detail }) };
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { failure, result: "kept", detail: isSent ? `sent, but not taken out: ${message}` : message };
  }
}

/** Resolves at most `ratePerSecond` times a second, or at once on abort. */
function createPace(ratePerSecond: number, signal: AbortSignal): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = performance.now();
    next = Math.max(next, now);
    const waitMs = next - now;
    next += 1_000 / ratePerSecond;
    if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => {});
  };
}
