import { createHash } from "node:crypto";
import { isQuiet, type CompleteFaultPlan, type FaultKind } from "./fault-plan.ts";

/** Decisions that a seed makes. */
export interface SeededDecisions {
  /** From 0 up to 1, the same for the same seed and words. */
  number(...words: readonly string[]): number;
  /**
   * Whether the fault happens to this record at this occurrence: the first time that it is asked about these words, the second, and so
   * on. Independent of everything that happens to other records, and in which order. Counts what happened.
   */
  happens(kind: FaultKind, ...words: readonly string[]): boolean;
  /** Whether the plan has no fault at all, so that nothing needs to be asked. */
  readonly quiet: boolean;
  /** How often each fault has happened. */
  readonly counts: Readonly<Record<string, number>>;
  /** Counts a fault that no rate decides. */
  count(kind: string): void;
}

/** Maximum number of records whose occurrences are counted; beyond it, the oldest count begins anew. */
const MOST_COUNTED = 200_000;

const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?/g;
const LONG_NUMBER = /\d{10,}/g;

/** Text by which a record is known again in another run: without what each run decisions anew, which is UUIDs, times and long numbers. */
export function identityOf(record: unknown): string {
  const text = typeof record === "string" ? record : JSON.stringify(record);
  return (text ?? "").replaceAll(UUID, "~").replaceAll(TIME, "~").replaceAll(LONG_NUMBER, "~");
}

/** The decisions of a plan, which may be another one later. Each is a hash of the seed and what it is about, so that no order of events changes another one. */
export function createSeededDecisions(plan: () => CompleteFaultPlan): SeededDecisions {
  const occurrences = new Map<string, number>();
  const counts: Record<string, number> = {};
  let counted: CompleteFaultPlan | undefined;

  function number(...words: readonly string[]): number {
    const digest = createHash("sha256")
      .update(JSON.stringify([plan().seed, ...words]))
      .digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  }

  function occurrence(words: readonly string[]): number {
    const key = createHash("sha256").update(JSON.stringify(words)).digest("base64");
    const count = occurrences.get(key) ?? 0;
    const oldest = occurrences.keys().next().value;
    if (count === 0 && occurrences.size >= MOST_COUNTED && oldest !== undefined) occurrences.delete(oldest);
    occurrences.set(key, count + 1);
    return count;
  }

  const count = (kind: string): void => {
    counts[kind] = (counts[kind] ?? 0) + 1;
  };

  return {
    number,
    count,
    counts,
    get quiet() {
      return isQuiet(plan());
    },
    happens(kind, ...words) {
      const rate = plan()[kind];
      if (rate === 0) return false;
      // Another plan begins anew, as if it had been there from the start.
      if (counted !== plan()) occurrences.clear();
      counted = plan();
      const happened = number(kind, ...words, String(occurrence([kind, ...words]))) < rate;
      if (happened) count(kind);
      return happened;
    },
  };
}
