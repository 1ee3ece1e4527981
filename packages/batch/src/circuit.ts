/**
 * Whether what a handler depends on is taken to be down, as one execution environment knows it.
 *
 * ```
 * closed ──everything failed, and it took long──▶ open ──its time is over: one batch is a probe──▶ closed, where anything succeeded
 *    every batch runs                              │ no batch runs                        │
 *                                                  └◀── everything failed: twice as long ─┘
 * ```
 *
 * A failure that comes quickly, such as a denied action, burns no time and opens nothing.
 */
export type Circuit =
  | { readonly state: "closed" }
  | {
      readonly state: "open";
      /** When the next batch is a probe, milliseconds since 1970. */
      readonly untilMs: number;
      /** How long that one may take. */
      readonly probeMs: number;
    };

export const CLOSED: Circuit = { state: "closed" };

/** Share of the time limit that everything may fail in without opening the circuit, and that the first probe gets. */
const PROBE_SHARE = 1 / 5;

/** The circuit stays open for so many times what its next probe may take: at most a sixth of the time goes into probes. */
const PAUSE = 5;

/** How a batch is handled at `nowMs`: with all of its time, with `probeMs` of it, or not at all (0). */
export function allowedMs(circuit: Circuit, limitMs: number, nowMs: number): number {
  if (circuit.state === "closed") return limitMs;
  return nowMs < circuit.untilMs ? 0 : Math.min(circuit.probeMs, limitMs);
}

/** The circuit after a batch that was handled. */
export function circuitAfter(
  circuit: Circuit,
  batch: { readonly failed: boolean; readonly tookMs: number; readonly limitMs: number; readonly nowMs: number },
): Circuit {
  const { failed, tookMs, limitMs, nowMs } = batch;
  const isProbe = circuit.state === "open";
  if (!failed || (!isProbe && tookMs < limitMs * PROBE_SHARE)) return CLOSED;
  // Work that needs more time than a probe had would keep the circuit open for ever, so the next one has more.
  const probeMs = isProbe ? Math.min(2 * circuit.probeMs, limitMs) : limitMs * PROBE_SHARE;
  return { state: "open", untilMs: nowMs + PAUSE * probeMs, probeMs };
}
