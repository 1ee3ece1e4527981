import { setTimeout as delay } from "node:timers/promises";
import type { FailureSource, FoundFailure } from "./failure.ts";
import type { Redriven } from "./redrive.ts";

const LOOK_EVERY_MS = 1_000;

/**
 * Waits for the outcome of what was sent: it is `handled` once the service's own records say so, and `failed-again` when the same
 * content lies among the failures anew. What shows neither in time stays `sent`: a message that runs out of receives takes five
 * visibility timeouts of three minutes.
 */
export async function followUp(
  sources: readonly FailureSource[],
  results: readonly Redriven[],
  options: {
    /** Ids of all failures there were before: what lies there still has not come back. */
    readonly known: ReadonlySet<string>;
    readonly waitMs: number;
    readonly signal: AbortSignal;
  },
): Promise<readonly Redriven[]> {
  const pending = new Map<Redriven, FoundFailure>();
  for (const each of results) if (each.found !== undefined) pending.set(each, each.found);
  const outcomes = new Map<Redriven, Redriven>();
  const settle = (sent: Redriven, outcome: Pick<Redriven, "result" | "detail">): void => {
    pending.delete(sent);
    outcomes.set(sent, { failure: sent.failure, ...outcome });
  };
  const until = performance.now() + options.waitMs;
  while (pending.size > 0) {
    for (const [sent, found] of pending) if (await found.isDone()) settle(sent, { result: "handled" });
    if (pending.size === 0) break;
    const returned = await returnedContents(sources, [...pending.values()], options.known);
    for (const [sent, found] of pending) {
      const id = returned.get(found.content);
      if (id !== undefined) settle(sent, { result: "failed-again", detail: `it is back as ${id}` });
    }
    if (performance.now() >= until || options.signal.aborted) break;
    await delay(LOOK_EVERY_MS, undefined, { signal: options.signal }).catch(() => {});
  }
  return results.map((each) => outcomes.get(each) ?? each);
}

/** The contents that lie among the failures anew, each with its id there. */
async function returnedContents(
  sources: readonly FailureSource[],
  pending: readonly FoundFailure[],
  known: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const contents = new Set(pending.map(({ content }) => content));
  const places = new Set(pending.map(({ failure }) => failure.place));
  const returned = new Map<string, string>();
  for (const source of sources.filter(({ place }) => places.has(place)))
    for await (const { failure, content } of source.failures())
      if (contents.has(content) && !known.has(failure.id)) returned.set(content, failure.id);
  return returned;
}
