import { setTimeout as delay } from "node:timers/promises";
import type { FailureSource } from "./failure.ts";
import type { Redriven } from "./redrive.ts";

const LOOK_EVERY_MS = 1_000;

/**
 * Waits for the outcome of what was sent: it is `handled` once the service's own records say so, and `failed-again` when what was
 * sent, told by the id that it was given then, lies among the failures. What shows neither in time stays `sent`: a message that
 * runs out of receives takes as many visibility timeouts as it is received, or hours where everything fails.
 */
export async function followUp(
  sources: readonly FailureSource[],
  results: readonly Redriven[],
  options: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<readonly Redriven[]> {
  const pending = new Map<Redriven, NonNullable<Redriven["pending"]>>();
  for (const each of results) if (each.pending !== undefined) pending.set(each, each.pending);
  const outcomes = new Map<Redriven, Redriven>();
  const settle = (sent: Redriven, outcome: Pick<Redriven, "result" | "detail">): void => {
    pending.delete(sent);
    outcomes.set(sent, { failure: sent.failure, ...outcome });
  };
  const until = performance.now() + options.waitMs;
  while (pending.size > 0) {
    const places = new Set([...pending.keys()].map(({ failure }) => failure.place));
    const returned = await returnedDeliveries(sources.filter(({ place }) => places.has(place)));
    for (const [sent, { found, deliveryId }] of pending) {
      const id = deliveryId === undefined ? undefined : returned.get(deliveryId);
      if (id !== undefined) settle(sent, { result: "failed-again", detail: `it is back as ${id}` });
      else if (await found.isDone()) settle(sent, { result: "handled" });
    }
    if (pending.size === 0 || performance.now() >= until || options.signal.aborted) break;
    await delay(LOOK_EVERY_MS, undefined, { signal: options.signal }).catch(() => {});
  }
  return results.map((each) => outcomes.get(each) ?? each);
}

/** What lies in these places: the ids of failures by the ids that what failed was sent under. */
async function returnedDeliveries(sources: readonly FailureSource[]): Promise<ReadonlyMap<string, string>> {
  const returned = new Map<string, string>();
  for (const source of sources)
    for await (const { failure, deliveryId } of source.failures())
      if (deliveryId !== undefined) returned.set(deliveryId, failure.id);
  return returned;
}
