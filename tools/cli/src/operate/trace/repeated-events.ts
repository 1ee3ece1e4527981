import type { Material } from "./gather.ts";
import type { Step } from "./step.ts";

/**
 * Where an event that Lambda had given up came again, as it does when it is sent back: Lambda's own retries keep the request id, so a
 * new one after an invocation that ended in failure is another delivery. Batches tell of their deliveries themselves.
 */
export function repeatedEvents({ entries, failed }: Pick<Material, "entries" | "failed">): readonly Step[] {
  const seen = new Map<string, { readonly service: string; readonly requestId: string; first: number; last: number }>();
  for (const { service, requestId, timestamp, messageId, sequenceNumber, ids } of entries) {
    if (requestId === undefined || [messageId, sequenceNumber, ids].some((each) => each !== undefined)) continue;
    const time = Date.parse(timestamp);
    const known = seen.get(requestId) ?? { service, requestId, first: time, last: time };
    seen.set(requestId, known);
    known.first = Math.min(known.first, time);
    known.last = Math.max(known.last, time);
  }
  const invocations = [...seen.values()].toSorted((a, b) => a.first - b.first);
  return invocations.flatMap(({ service, requestId, first }, index): Step[] => {
    const before = invocations.slice(0, index).findLast((each) => each.service === service);
    const lastFailure = Math.max(
      ...failed.filter((each) => each.requestId === before?.requestId).map(({ at }) => Date.parse(at)),
    );
    if (before === undefined || lastFailure < before.last) return [];
    const says = "its event came again, in a new invocation: sent back, or repeated by its source";
    return [{ at: new Date(first).toISOString(), service, kind: "redelivered", says, requestId }];
  });
}
