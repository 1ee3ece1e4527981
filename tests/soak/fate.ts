import { hash } from "node:crypto";

/**
 * What goes wrong at one point. At a call: `throttled` and `partial` (all or some of it refused, nothing of that happened), `lost`
 * (it happened, the answer did not come), `retried` (so too, and the client tried again by itself), `late` (no answer, and it happens
 * long after), `held-request`, `held-answer` (the call hangs before or after it happens), `crash-before`, `crash-after` (the worker
 * ends). At a delivery: `crash-end` (all was done, and the event source does not hear of it), `duplicate` (it is delivered twice at
 * once), `again` (once more after it was acknowledged), `reorder` (it comes before earlier ones).
 */
export type FaultKind =
  | "throttled"
  | "partial"
  | "lost"
  | "retried"
  | "late"
  | "held-request"
  | "held-answer"
  | "crash-before"
  | "crash-after"
  | "crash-end"
  | "duplicate"
  | "again"
  | "reorder";

/** One thing that goes wrong, and where. `ms` is how long it is held up, or how far it is put out of order. */
export interface Fault {
  readonly at: string;
  readonly kind: FaultKind;
  readonly ms: number;
}

type Rates = readonly (readonly [FaultKind, number])[];

/** Faults of calls, by their rates. */
export const CALL_FAULTS: Rates = [
  ["throttled", 0.02],
  ["partial", 0.02],
  ["lost", 0.02],
  ["retried", 0.01],
  ["late", 0.01],
  ["held-request", 0.005],
  ["held-answer", 0.005],
  ["crash-before", 0.005],
  ["crash-after", 0.01],
];

/** What may be said of a delivery. */
export const END_FAULTS: Rates = [["crash-end", 0.02]];
export const MESSAGE_FAULTS: Rates = [
  ["duplicate", 0.03],
  ["again", 0.03],
  ["reorder", 0.1],
];
export const EVENT_FAULTS: Rates = [["again", 0.05]];

/**
 * Decides what goes wrong. Each point has a name, and its fate hangs on that and the seed alone: what is left out of a history
 * changes nothing elsewhere. Keeps what it decided, so that it can be told to do the same, or less, once more.
 */
export class Fate {
  /** What went wrong so far. */
  readonly fired: Fault[] = [];
  readonly #seed: number;
  readonly #told: ReadonlyMap<string, Fault> | undefined;

  constructor(seed: number, told?: readonly Fault[]) {
    this.#seed = seed;
    this.#told = told && new Map(told.map((fault) => [fault.at, fault]));
  }

  /** What goes wrong at the point, if anything does. */
  faultAt(at: string, rates: Rates): Fault | undefined {
    const fault = this.#told === undefined ? this.#drawn(at, rates) : this.#told.get(at);
    if (fault !== undefined) this.fired.push(fault);
    return fault;
  }

  /** A number from 0 to 1 for the point, the same each time. */
  drawAt(at: string): number {
    return Number.parseInt(hash("md5", `${this.#seed} ${at}`).slice(0, 8), 16) / 2 ** 32;
  }

  #drawn(at: string, rates: Rates): Fault | undefined {
    let left = this.drawAt(at);
    for (const [kind, rate] of rates) {
      if (left < rate) return { at, kind, ms: HELD_MS[Math.floor((left / rate) * HELD_MS.length)] ?? 0 };
      left -= rate;
    }
    return undefined;
  }
}

/** Below a call's limit, above it, beyond a lease and beyond a visibility timeout. */
const HELD_MS = [500, 4_000, 15_000, 45_000];
