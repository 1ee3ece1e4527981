import { fullJitter } from "./backoff.ts";
import { type Clock, systemClock } from "./clock.ts";
import { codeOf, type FailedOutcome } from "./failed-outcome.ts";
import { itemName } from "./item-name.ts";
import { MissingKey } from "./missing-key.ts";
import { isOwnWrite } from "./own-write.ts";
import type { Attributes, ItemKey, ItemRef, ItemStore, Write } from "./store.ts";
import type { StoreFailure } from "./store-failure.ts";

/** What an event means for the item as it is stored now. */
export type InlineDecision =
  | { readonly kind: "write"; readonly write: Write }
  | { readonly kind: "duplicate" }
  | { readonly kind: "conflict"; readonly stored: string; readonly given: string };

/** What became of one event, and what came up on the way. */
export type InlineOutcome = InlineResult & InlineCourse;

/** `writtenAtMs`: when the write was answered, milliseconds since 1970; absent where its answer was lost. */
type InlineResult =
  | { readonly kind: "applied"; readonly writtenAtMs?: number }
  | { readonly kind: "duplicate" }
  | { readonly kind: "conflict"; readonly stored: string; readonly given: string }
  | FailedOutcome;

/** What came up while one event was applied. */
export interface InlineCourse {
  /** Writes that were sent for it. */
  readonly attempts: number;
  /** Those of them that were throttled or not answered, and tried again. */
  readonly throttles: number;
  /** The code of the last one of those. */
  readonly throttledBy?: string;
  /** What was stored when it was decided, an `item` or none; absent where its proposed write was applied unread. */
  readonly met?: { readonly item?: Attributes };
}

/** How one kind of event changes one kind of item. */
export interface InlineOptions<Event> {
  readonly store: ItemStore;
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

/** Applies one event; where the next one must wait for it, as in a group of a FIFO queue. */
export async function applyOne<Event>(
  inline: Inline<Event>,
  event: Event,
  options: ApplyOptions,
): Promise<InlineOutcome> {
  const [outcome = { ...failed("NO_OUTCOME", undefined, true), attempts: 0, throttles: 0 }] = await inline.apply(
    [event],
    options,
  );
  return outcome;
}

/** The code of an event that was still open when the time was up; a redelivery takes it on. */
export const DEADLINE = "DEADLINE";

/** The code of an event whose key, proposal or decision threw: mostly, the stored item is not what the decision expects. */
export const UNDECIDED = "UNDECIDED";

/** One event that is not settled. `plan` is the write to try next; without one the item must be read. */
interface Pending<Event> {
  readonly event: Event;
  readonly ref: ItemRef;
  readonly settle: (result: InlineResult) => void;
  readonly course: { -readonly [Fact in keyof InlineCourse]: InlineCourse[Fact] };
  plan: Write | undefined;
  /** A write whose answer was lost: it may have happened. */
  unanswered: Write | undefined;
  /** Throttles, and failed conditions of a decided write, which mean contention: reasons to pause. */
  retries: number;
}

/**
 * The **inline** strategy: the effect is one item, and the item itself records that it happened.
 *
 * Guarantee: exactly once, whatever is delivered again, in any order, by any number of workers, and wherever one
 * crashes. Cost of a new key: 1 write unit a KB, many keys a call; of a duplicate: the failed write and, unless
 * DynamoDB quotes the item with it, a share of one batch read.
 *
 * Round 1 writes what `propose` says for every key at once. Where the condition failed, the item is read (consistent) unless the
 * refusal quotes it, put to `decide` and written, round after round, until the deadline is near. Of equal keys in a batch only the first is in round 1; each
 * later one is decided against what is stored after it.
 *
 * ```ts
 * const inline = createInline({ store, table, keyOf, propose, decide });
 * const outcomes = await inline.apply(events, { remainingMs });
 * ```
 */
export function createInline<Event>(options: InlineOptions<Event>): Inline<Event> {
  const { clock = systemClock, random = Math.random } = options;

  return {
    async apply(events, { remainingMs, readFirst = false }) {
      const outcomes: InlineOutcome[] = [];
      let queues = queueByItem(options, events, outcomes);
      if (!readFirst) for (const queue of queues) planFirst(options, queue);

      let pauseMs = 0;
      let lastError: unknown;
      while (queues.length > 0 && pauseMs < remainingMs()) {
        if (pauseMs > 0) await clock.sleep(pauseMs);
        lastError = await playRound(options, queues);
        queues = queues.filter((queue) => queue.length > 0);
        const retries = Math.max(0, ...queues.map(([head]) => head?.retries ?? 0));
        pauseMs = retries === 0 ? 0 : fullJitter(retries, random);
      }
      for (const { settle } of queues.flat()) {
        settle(failed(DEADLINE, lastError, true));
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
    const course = { attempts: 0, throttles: 0 };
    const settle = (result: InlineResult): void => void (outcomes[position] = { ...result, ...course });
    try {
      const ref = { table, key: keyOf(event) };
      const name = itemName(ref);
      const queue = queues.get(name) ?? [];
      queue.push({ event, ref, settle, course, plan: undefined, unanswered: undefined, retries: 0 });
      queues.set(name, queue);
    } catch (error) {
      settle(error instanceof MissingKey ? failed(error.code, error) : undecided(error));
    }
  }
  return [...queues.values()];
}

/** The first event of each item is tried unread. */
function planFirst<Event>({ propose }: InlineOptions<Event>, queue: Pending<Event>[]): void {
  const [head] = queue;
  if (head === undefined) return;
  try {
    head.plan = propose(head.event);
  } catch (error) {
    queue.shift();
    head.settle(undecided(error));
  }
}

/** What a service's own function throws for one event, or for its stored item, must not hold up the others of the batch. */
function undecided(error: unknown): FailedOutcome {
  return failed(UNDECIDED, error, true);
}

function failed(code: string, error: unknown, retryable = false): FailedOutcome {
  return { kind: "failed", code, error, retryable };
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
  const results = await options.store.read(queues.flatMap(([head]) => (head === undefined ? [] : [head.ref])));
  let lastError: unknown;
  for (const [position, queue] of queues.entries()) {
    const result = results[position];
    if (result?.kind === "read") decideQueue(options, queue, result.item);
    else if (result?.error.retryable === false) failQueue(queue, result.error);
    else if (queue[0] !== undefined) {
      queue[0].retries += 1;
      lastError = result?.error;
    }
  }
  return lastError;
}

/** An item that cannot be read fails all of its events. */
function failQueue<Event>(queue: Pending<Event>[], error: StoreFailure): void {
  for (const { settle } of queue.splice(0)) settle(failed(error.reason, error));
}

/** Settles the queue's events against the stored item, up to the first one that must write. */
function decideQueue<Event>(options: InlineOptions<Event>, queue: Pending<Event>[], stored?: Attributes): void {
  for (let head = queue[0]; head !== undefined; queue.shift(), head = queue[0]) {
    const decision = decideOne(options, head, stored);
    if (decision.kind === "write") {
      head.plan = decision.write;
      return;
    }
    head.settle(decision);
  }
}

function decideOne<Event>(
  { decide }: InlineOptions<Event>,
  { event, unanswered, course }: Pending<Event>,
  stored: Attributes | undefined,
): InlineResult | Extract<InlineDecision, { kind: "write" }> {
  try {
    if (unanswered !== undefined && isOwnWrite(unanswered, stored)) return { kind: "applied" };
    course.met = stored === undefined ? {} : { item: stored };
    return decide(stored, event);
  } catch (error) {
    return undecided(error);
  }
}

async function writePlans<Event>(options: InlineOptions<Event>, queues: Pending<Event>[][]): Promise<unknown> {
  const { store, clock = systemClock } = options;
  const planned = queues.flatMap((queue) => {
    const head = queue[0];
    return head?.plan === undefined ? [] : [{ queue, head, write: head.plan }];
  });
  if (planned.length === 0) return undefined;
  const results = await store.write(planned.map(({ head, write }) => ({ ...head.ref, write })));
  let lastError: unknown;
  for (const [position, { queue, head, write }] of planned.entries()) {
    const result = results[position];
    head.course.attempts += 1;
    if ((result?.kind === "condition-failed" || result?.kind === "throttled") && result.unanswered === true)
      head.unanswered = write;
    switch (result?.kind) {
      case "written":
        queue.shift();
        head.settle({ kind: "applied", writtenAtMs: clock.now() });
        break;
      case "failed":
        queue.shift();
        head.settle(failed(result.code, result.error));
        break;
      case "throttled":
        head.course.throttles += 1;
        head.course.throttledBy = codeOf(result.error);
        head.retries += 1;
        lastError = result.error;
        break;
      default:
        head.plan = undefined;
        // A failed condition of a decided write means contention.
        if (head.course.met !== undefined) head.retries += 1;
        // What the store quotes need not be read.
        if (result?.item !== undefined) decideQueue(options, queue, result.item);
    }
  }
  return lastError;
}
