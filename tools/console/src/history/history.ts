import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { FinishedInvocation } from "@doorbell/local-cloud/lambda/finished-invocation";
import type { InvocationPage, InvocationRow, Outcome } from "../protocol.ts";
import { rowOf } from "./invocation-row.ts";
import { createTextStore, type TextPlace } from "./text-store.ts";

/** The latest invocations that are kept. */
export const KEPT_INVOCATIONS = 100_000;
/** Of their events and answers, compressed; those of the oldest go first. Some 200 MB as they were. */
export const KEPT_TEXT_BYTES = 24 * 1024 * 1024;
/** Invocations that a search looks through before others have their turn. */
const ROWS_PER_TURN = 500;

/** Which invocations are meant; what is absent excludes none. */
export interface InvocationQuery {
  /** Only earlier ones than this place. */
  readonly before?: number | undefined;
  readonly limit: number;
  readonly function?: string | undefined;
  readonly outcome?: Outcome | undefined;
  /** Only those with this in their id, problem, event or answer, in any case. */
  readonly text?: string | undefined;
}

/** An invocation with its texts; they are absent where they had to go. */
export interface KeptInvocation {
  readonly row: InvocationRow;
  readonly event?: string;
  readonly answer?: string;
  readonly log: FinishedInvocation["log"];
  /** Full, not short as in the row. */
  readonly functionName: string;
}

/** The latest invocations, in bounded memory: under 200 MB with 100,000 of them, whatever was in their events. */
export interface History {
  add(finished: FinishedInvocation): InvocationRow;
  /** The place that the next one gets. */
  readonly next: number;
  /** Rows from a place on, the oldest first. */
  since(place: number): readonly InvocationRow[];
  get(place: number): KeptInvocation | undefined;
  /** The latest first. Ends early at the signal's abort. */
  find(query: InvocationQuery, signal: AbortSignal): Promise<InvocationPage>;
  /** Of these request ids, the oldest first. */
  ofRequests(requestIds: ReadonlySet<string>): readonly InvocationRow[];
}

interface Entry {
  readonly row: InvocationRow;
  readonly text: TextPlace;
  readonly log: FinishedInvocation["log"];
}

/** An empty history. */
export function createHistory(limits: { readonly invocations?: number; readonly textBytes?: number } = {}): History {
  const capacity = limits.invocations ?? KEPT_INVOCATIONS;
  const texts = createTextStore(limits.textBytes ?? KEPT_TEXT_BYTES);
  /** A ring: the one of place `n` lies at `n % capacity`. */
  const ring: Entry[] = [];
  /** Texts that many invocations share, each kept once. */
  const shared = new Map<string, string>();
  let next = 0;

  const entryAt = (place: number): Entry | undefined => {
    const entry = ring[place % capacity];
    return entry?.row.place === place ? entry : undefined;
  };
  const once = (text: string): string => {
    const known = shared.get(text);
    if (known !== undefined) return known;
    if (shared.size < 10_000) shared.set(text, text);
    return text;
  };

  function read({ text }: Entry): { readonly event?: string; readonly answer?: string } {
    const pair = texts.get(text);
    if (pair === undefined) return {};
    return split(pair);
  }

  function matches(entry: Entry, query: InvocationQuery, wanted: string | undefined): boolean {
    const { row } = entry;
    if (query.function !== undefined && row.function !== query.function) return false;
    if (query.outcome !== undefined && row.outcome !== query.outcome) return false;
    if (wanted === undefined) return true;
    if (row.requestId.includes(wanted) || row.problem?.toLowerCase().includes(wanted) === true) return true;
    return texts.get(entry.text)?.toLowerCase().includes(wanted) === true;
  }

  return {
    get next() {
      return next;
    },
    add(finished) {
      const row = rowOf(finished, next, once);
      const text = texts.put(joined(finished.event, finished.answer));
      const log = { ...finished.log, stream: once(finished.log.stream) };
      ring[next % capacity] = { row, text, log };
      next += 1;
      return row;
    },
    since(place) {
      const rows: InvocationRow[] = [];
      for (let at = Math.max(place, next - capacity, 0); at < next; at += 1) {
        const entry = entryAt(at);
        if (entry !== undefined) rows.push(entry.row);
      }
      return rows;
    },
    get(place) {
      const entry = entryAt(place);
      if (entry === undefined) return undefined;
      return { row: entry.row, ...read(entry), log: entry.log, functionName: entry.row.function };
    },
    async find(query, signal) {
      const rows: InvocationRow[] = [];
      const wanted = query.text === undefined || query.text === "" ? undefined : query.text.toLowerCase();
      let looked = 0;
      for (let place = Math.min(query.before ?? next, next) - 1; place >= 0; place -= 1) {
        const entry = entryAt(place);
        if (entry === undefined || signal.aborted) break;
        if (matches(entry, query, wanted)) rows.push(entry.row);
        if (rows.length >= query.limit) return { rows, before: place };
        looked += 1;
        if (looked % ROWS_PER_TURN === 0) await yieldToOthers();
      }
      return { rows };
    },
    ofRequests(requestIds) {
      if (requestIds.size === 0) return [];
      return ring
        .filter(({ row }) => requestIds.has(row.requestId))
        .map(({ row }) => row)
        .toSorted((a, b) => a.place - b.place);
    },
  };
}

/** Both texts in one, so that they are compressed together: the length of the first, a line end, both. */
function joined(event: string, answer: string): string {
  return `${event.length}\n${event}${answer}`;
}

function split(pair: string): { readonly event: string; readonly answer: string } {
  const end = pair.indexOf("\n");
  const middle = end + 1 + Number(pair.slice(0, end));
  return { event: pair.slice(end + 1, middle), answer: pair.slice(middle) };
}
