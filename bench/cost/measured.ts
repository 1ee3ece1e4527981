import * as v from "valibot";

/** What one invocation took. */
const invocationSchema = v.object({
  /** CPU of the process, in milliseconds: parsing the event, the handler, and the answer as JSON. */
  cpuMs: v.number(),
  /** Requests that were sent, by operation. */
  calls: v.record(v.string(), v.number()),
  failures: v.number(),
});
export type MeasuredInvocation = v.InferOutput<typeof invocationSchema>;

/** What `run-service.ts` sends to its parent. */
export const measuredSchema = v.array(invocationSchema);

/** The lines of a service's log, by their event's code; `metrics` and `other` are those without one. */
export type LogBytes = Readonly<Record<string, { readonly lines: number; readonly bytes: number }>>;

/** How a service took its events. */
export interface MeasuredService {
  readonly invocations: readonly MeasuredInvocation[];
  readonly log: LogBytes;
}

/** Bytes of a log, line breaks left out, as CloudWatch takes them in. */
export function countLog(text: string): LogBytes {
  const counted: Record<string, { lines: number; bytes: number }> = {};
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const { event, _aws } = v.parse(
      v.object({ event: v.optional(v.string()), _aws: v.optional(v.unknown()) }),
      JSON.parse(line),
    );
    const kind = (counted[event ?? (_aws === undefined ? "other" : "metrics")] ??= { lines: 0, bytes: 0 });
    kind.lines += 1;
    kind.bytes += Buffer.byteLength(line);
  }
  return counted;
}

/** All calls of these invocations, by operation. */
export function callsOf(invocations: readonly MeasuredInvocation[]): Readonly<Record<string, number>> {
  const calls: Record<string, number> = {};
  for (const invocation of invocations)
    for (const [operation, count] of Object.entries(invocation.calls))
      calls[operation] = (calls[operation] ?? 0) + count;
  return calls;
}
