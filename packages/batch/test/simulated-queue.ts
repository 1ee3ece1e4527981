/** What a simulated pipeline is put through. Times in seconds. */
export interface Simulation {
  readonly seed: number;
  /** Messages are sent evenly from 0 on. */
  readonly messagesPerSecond: number;
  readonly sendingSeconds: number;
  /** What the handler depends on is down from `from` to `to`. */
  readonly outage: { readonly from: number; readonly to: number };
  readonly maxReceiveCount: number;
  /** Share of the messages that can never be handled, which shows without what is down. */
  readonly poison: number;
  /** Share of the calls that hide messages and fail. */
  readonly hidingFails: number;
  /** How long a message of this receive count stays hidden when everything in its batch failed; undefined: for the queue's timeout. */
  readonly hide?: (receiveCount: number, random: () => number) => number;
  /** A new one for each execution environment: how long a batch may take to fail while the outage lasts, and what it learns of a batch. */
  readonly environment: () => {
    allowedMs(nowMs: number): number;
    after(failed: boolean, tookMs: number, nowMs: number): void;
  };
}

/** What became of the messages. */
export interface Simulated {
  readonly handled: number;
  readonly parked: number;
  /** Moved by the queue's redrive policy. */
  readonly deadLetters: number;
  readonly mostReceives: number;
  /** From the end of the outage until every message sent by then was handled. */
  readonly drainSeconds: number;
  /** Share of the environments' time in the outage that went into work that failed. */
  readonly burnt: number;
  /** The most messages that were tried in ten seconds after the outage, and how many ten seconds can hold. */
  readonly peak: number;
  readonly capacity: number;
  /** Longest time between the receive of a poisoned message for the first time and its parking. */
  readonly poisonSeconds: number;
}

const VISIBILITY = 180;
const ENVIRONMENTS = 10;
const BATCH = 10;
const HANDLING = 0.05;
const REFUSING = 0.02;
const LIMIT = 30;

interface Message {
  readonly sentAt: number;
  readonly poisoned: boolean;
  receives: number;
}

/** A queue, its redrive policy and ten execution environments that take batches of ten, event by event. */
export function simulate(plan: Simulation): Simulated {
  const random = seeded(plan.seed);
  const { outage } = plan;
  const visible: Message[] = [];
  const events = new Agenda();
  const idle = Array.from({ length: ENVIRONMENTS }, () => plan.environment());
  const inTens = new Map<number, number>();
  let [handled, parked, deadLetters, mostReceives, burntSeconds, drainedAt, poisonSeconds] = [0, 0, 0, 0, 0, 0, 0];

  const total = plan.messagesPerSecond * plan.sendingSeconds;
  for (let at = 0; at < total; at += 1) {
    const sentAt = at / plan.messagesPerSecond;
    events.at(sentAt, () => visible.push({ sentAt, poisoned: random() < plan.poison, receives: 0 }));
  }

  function receive(): Message[] {
    const batch: Message[] = [];
    while (batch.length < BATCH) {
      const message = visible.shift();
      if (message === undefined) break;
      message.receives += 1;
      if (message.receives > plan.maxReceiveCount) deadLetters += 1;
      else batch.push(message);
    }
    return batch;
  }

  function run(environment: ReturnType<Simulation["environment"]>, now: number): void {
    const batch = receive();
    if (batch.length === 0) return void idle.push(environment);
    mostReceives = Math.max(mostReceives, ...batch.map(({ receives }) => receives));
    const good = batch.filter(({ poisoned }) => !poisoned);
    const allowed = environment.allowedMs(now * 1_000) / 1_000;
    const down = now >= outage.from && now < outage.to;
    const tried = good.length > 0 && allowed > 0;
    const failed = good.length > 0 && (down || allowed === 0);
    const took = allowed === 0 ? REFUSING : tried && down ? Math.min(allowed, LIMIT) : HANDLING;
    if (tried && down) burntSeconds += took;
    if (now >= outage.to && tried)
      inTens.set(Math.floor(now / 10), (inTens.get(Math.floor(now / 10)) ?? 0) + good.length);
    const ends = now + took;
    events.at(ends, () => {
      idle.push(environment);
      if (tried) environment.after(failed, took * 1_000, ends * 1_000);
      for (const message of batch.filter(({ poisoned }) => poisoned)) {
        parked += 1;
        poisonSeconds = Math.max(poisonSeconds, message.receives > 1 ? Infinity : took);
      }
      if (!failed) {
        handled += good.length;
        if (good.some(({ sentAt }) => sentAt <= outage.to)) drainedAt = Math.max(drainedAt, ends);
        return;
      }
      const hidden = plan.hide !== undefined && random() >= plan.hidingFails;
      for (const message of good) {
        const back = hidden && plan.hide ? ends + plan.hide(message.receives, random) : now + VISIBILITY;
        events.at(back, () => visible.push(message));
      }
    });
  }

  for (let now = events.next(); now !== undefined; now = events.next())
    while (visible.length > 0) {
      const environment = idle.shift();
      if (environment === undefined) break;
      run(environment, now);
    }
  return {
    handled,
    parked,
    deadLetters,
    mostReceives,
    drainSeconds: drainedAt - outage.to,
    burnt: burntSeconds / (ENVIRONMENTS * (outage.to - outage.from)),
    peak: Math.max(0, ...inTens.values()),
    capacity: (ENVIRONMENTS * BATCH * 10) / HANDLING,
    poisonSeconds,
  };
}

/** What happens when, in order (a binary heap). */
class Agenda {
  readonly #heap: { readonly at: number; readonly happen: () => unknown }[] = [];

  at(time: number, happen: () => unknown): void {
    const heap = this.#heap;
    const entry = { at: time, happen };
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.at <= time) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = entry;
  }

  /** Lets the next thing happen and tells its time; undefined when nothing is left. */
  next(): number | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (first !== last) {
      let place = 0;
      for (;;) {
        const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
        const child = right !== undefined && left !== undefined && right.at < left.at ? right : left;
        if (child === undefined || child.at >= last.at) break;
        heap[place] = child;
        place = child === left ? 2 * place + 1 : 2 * place + 2;
      }
      heap[place] = last;
    }
    first.happen();
    return first.at;
  }
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
