import { fullJitter } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { FailedOutcome } from "./failed-outcome.ts";
import { itemName } from "./item-name.ts";
import { MissingKey } from "./missing-key.ts";
import { isOwnWrite } from "./own-write.ts";
import type { Attributes, ItemKey, ItemRef, Store, Write } from "./store.ts";
import { StoreFailure } from "./store-failure.ts";

/** What an event means for the item as it is stored now. */
export type InlineDecision =
  | { readonly kind: "write"; readonly write: Write }
  | { readonly kind: "duplicate" }
  | { readonly kind: "conflict"; readonly stored: string; readonly given: string };

/** What became of one event. */
export type InlineOutcome =
  | { readonly kind: "applied" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "conflict"; readonly stored: string; readonly given: string }
  | FailedOutcome;

/** How one kind of event changes one kind of item. */
export interface InlineOptions<Event> {
  readonly store: Store;
  readonly table: string;
  /** The item that the event changes. */
  readonly keyOf: (event: Event) => ItemKey;
  /** The write to try first, when nothing has been read: what an unseen event asks for. */
  readonly propose: (event: Event) => Write;
  /** Pure: what the event asks for, given the stored item. A write must be guarded by what was stored. */
  readonly decide: (stored: Attributes | undefined, event: Event) => InlineDecision;
  readonly clock?: Clock;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random?: () => number;
}

/** How one batch is applied. */
export interface ApplyOptions {
  /** Milliseconds until the work must be over. No round starts, and no pause runs, past it. */
  readonly remainingMs: () => number;
  /**
   * Read before writing: one call instead of two where every event is likely a duplicate, as receive counts above 1
   * suggest. The outcome is the same either way.
   */
  readonly readFirst?: boolean;
}

/** Applies whole batches of events, each to its one item. */
export interface Inline<Event> {
  /** Settles every event and answers in the same order. Never throws for what the store answers. */
  apply(events: readonly Event[], options: ApplyOptions): Promise<readonly InlineOutcome[]>;
}

/** The code of an event that was still open when the time was up; a redelivery takes it on. */
export const DEADLINE = "DEADLINE";

/** The code of an event whose decision threw; the stored item is not what the decision expects. */
export const UNDECIDED = "UNDECIDED";

/** One event that is not settled. `plan` is the write to try next; without one the item must be read. */
interface Pending<Event> {
  readonly event: Event;
  readonly ref: ItemRef;
  readonly settle: (outcome: InlineOutcome) => void;
  plan: Write | undefined;
  /** A write whose answer was lost: it may have happened. */
  unanswered: Write | undefined;
  /** Whether `plan` was decided on what was read. */
  decided: boolean;
  /** Throttles, and refusals of a decided write, which mean contention: reasons to pause. */
  setbacks: number;
}

/**
 * The **inline** strategy: the effect is one item, and the item itself records that it happened.
 *
 * Guarantee: exactly once, whatever is delivered again, in any order, by any number of workers, and wherever one
 * crashes. Cost of a new key: 1 write unit a KB, many keys a call; of a duplicate: the refused write and a share of one
 * batch read.
 *
 * Round 1 writes what `propose` says for every key at once. What was refused is read (consistent), put to `decide` and
 * written, round after round, until the deadline is near. Of equal keys in a batch only the first is in round 1; each
 * later one is decided against what is stored after it.
 *
 * ```ts
 * const orders = createInline({ store, table, keyOf, propose, decide });
 * const outcomes = await orders.apply(events, { remainingMs });
 * ```
 */
export function createInline<Event>(options: InlineOptions<Event>): Inline<Event> {
  const { clock = systemClock, random = Math.random } = options;

  return {
    async apply(events, { remainingMs, readFirst = false }) {
      const outcomes: InlineOutcome[] = [];
      let queues = queueByItem(options, events, outcomes);
      if (!readFirst) for (const [head] of queues) if (head !== undefined) head.plan = options.propose(head.event);

      let pauseMs = 0;
      let lastError: unknown;
      while (queues.length > 0 && pauseMs < remainingMs()) {
        if (pauseMs > 0) await clock.sleep(pauseMs);
        lastError = await playRound(options, queues);
        queues = queues.filter((queue) => queue.length > 0);
        const setbacks = Math.max(0, ...queues.map(([head]) => head?.setbacks ?? 0));
        pauseMs = setbacks === 0 ? 0 : fullJitter(setbacks, random);
      }
      for (const { settle } of queues.flat()) {
        settle({ kind: "failed", code: DEADLINE, error: lastError, retryable: true });
      }
      return outcomes;
    },
  };
}

/** One queue an item, its events in the order given. An event without a key is settled as failed at once. */
function queueByItem<Event>(
  { table, keyOf }: InlineOptions<Event>,
  events: readonly Event[],
  outcomes: InlineOutcome[],
): Pending<Event>[][] {
  const queues = new Map<string, Pending<Event>[]>();
  for (const [position, event] of events.entries()) {
    const settle = (outcome: InlineOutcome): void => void (outcomes[position] = outcome);
    const ref = { table, key: keyOf(event) };
    try {
      const name = itemName(ref);
      const queue = queues.get(name) ?? [];
      queue.push({ event, ref, settle, plan: undefined, unanswered: undefined, decided: false, setbacks: 0 });
      queues.set(name, queue);
    } catch (error) {
      if (!(error instanceof MissingKey)) throw error;
      settle({ kind: "failed", code: error.code, error, retryable: false });
    }
  }
  return [...queues.values()];
}

/** Reads and decides what has no plan, then writes every plan. Returns the last error that is worth a retry. */
async function playRound<Event>(options: InlineOptions<Event>, queues: Pending<Event>[][]): Promise<unknown> {
  const readError = await readAndDecide(
    options,
    queues.filter(([head]) => head?.plan === undefined),
  );
  const writeError = await writePlans(
    options,
    queues.filter(([head]) => head?.plan !== undefined),
  );
  return writeError ?? readError;
}

async function readAndDecide<Event>(options: InlineOptions<Event>, queues: Pending<Event>[][]): Promise<unknown> {
  if (queues.length === 0) return undefined;
  try {
    const items = await options.store.read(queues.flatMap(([head]) => (head === undefined ? [] : [head.ref])));
    for (const [position, queue] of queues.entries()) decideQueue(options, queue, items[position]);
    return undefined;
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    for (const queue of queues) {
      if (!error.retryable) queue.shift()?.settle({ kind: "failed", code: error.reason, error, retryable: false });
      else if (queue[0] !== undefined) queue[0].setbacks += 1;
    }
    return error;
  }
}

/** Settles the queue's events against the stored item, up to the first one that must write. */
function decideQueue<Event>(options: InlineOptions<Event>, queue: Pending<Event>[], stored?: Attributes): void {
  for (let head = queue[0]; head !== undefined; queue.shift(), head = queue[0]) {
    const decision = decideOne(options, head, stored);
    if (decision.kind === "write") {
      head.plan = decision.write;
      head.decided = true;
      return;
    }
    head.settle(decision);
  }
}

function decideOne<Event>(
  { decide }: InlineOptions<Event>,
  { event, unanswered }: Pending<Event>,
  stored: Attributes | undefined,
): InlineOutcome | Extract<InlineDecision, { kind: "write" }> {
  if (unanswered !== undefined && isOwnWrite(unanswered, stored)) return { kind: "applied" };
  try {
    return decide(stored, event);
  } catch (error) {
    // A stored item that the decision cannot make sense of must not hold up the other items of the batch.
    return { kind: "failed", code: UNDECIDED, error, retryable: true };
  }
}

async function writePlans<Event>({ store }: InlineOptions<Event>, queues: Pending<Event>[][]): Promise<unknown> {
  const planned = queues.flatMap((queue) => {
    const head = queue[0];
    return head?.plan === undefined ? [] : [{ queue, head, write: head.plan }];
  });
  if (planned.length === 0) return undefined;
  const results = await store.write(planned.map(({ head, write }) => ({ ...head.ref, write })));
  let lastError: unknown;
  for (const [position, { queue, head, write }] of planned.entries()) {
    const result = results[position];
    switch (result?.kind) {
      case "written":
        queue.shift();
        head.settle({ kind: "applied" });
        break;
      case "failed":
        queue.shift();
        head.settle({ kind: "failed", code: result.code, error: result.error, retryable: false });
        break;
      case "throttled":
        if (result.unwritten !== true) head.unanswered = write;
        head.setbacks += 1;
        lastError = result.error;
        break;
      default:
        if (result?.unanswered === true) head.unanswered = write;
        head.plan = undefined;
        if (head.decided) head.setbacks += 1;
    }
  }
  return lastError;
}
