import { writeBatch, type WriteTarget } from "./batch-writes.ts";
import { chanceOf } from "./chance.ts";
import { EventQueue } from "./event-queue.ts";
import { Environments, LambdaAccount } from "./lambda-account.ts";
import { AWS_LIMITS } from "./limits.ts";
import type { Parameters, TableParameters } from "./parameters.ts";
import { Histogram } from "./histogram.ts";
import { TableCapacity } from "./table-capacity.ts";
import { WaitingLine } from "./waiting-line.ts";

/** What comes in. */
export interface Load {
  readonly seed: number;
  readonly ordersPerSecond: number;
  /** How long they come; nothing comes after. */
  readonly seconds: number;
  /** How long the rest may take. */
  readonly drainSeconds: number;
}

/** The pipeline at one time. */
export interface Sample {
  readonly second: number;
  /** Orders that wait in the queue, and the age of the oldest in seconds. */
  readonly backlog: number;
  readonly ageSeconds: number;
  /** Environments that were busy at the same time, the most since the sample before. */
  readonly orderQueueEnvironments: number;
  readonly changeAuditEnvironments: number;
  /** Changes that wait in the stream, and the age of the oldest in seconds. */
  readonly changesWaiting: number;
  readonly iteratorAgeSeconds: number;
  /** Writes that were throttled since the sample before. */
  readonly throttledWrites: number;
}

/** What came of it. */
export interface Simulated {
  readonly came: number;
  readonly written: number;
  readonly audited: number;
  readonly samples: readonly Sample[];
  /** From coming into the queue to being written, in seconds. */
  readonly orderLatency: Histogram;
  /** Seconds after the last order came until the last entry of the audit trail was written; none where that took too long. */
  readonly drainedAfterSeconds: number | undefined;
  readonly peakAccountConcurrency: number;
  readonly peakInFlight: number;
  readonly throttledInvocations: number;
}

const TICK_SECONDS = 0.02;
/** Seconds that Lambda waits before it tries a throttled invocation of a stream or a queue again. */
const THROTTLED_SECONDS = 1;

/**
 * The pipeline from the orders queue to the audit trail under a steady load, event by event: each batch, each call, each throttled
 * write. What AWS limits is limited as `limits.ts` says.
 */
export function simulate(parameters: Parameters, load: Load): Simulated {
  const events = new EventQueue();
  const chance = chanceOf(load.seed);
  const account = new LambdaAccount(parameters.accountConcurrency);
  const target = (of: TableParameters): WriteTarget => ({
    events,
    chance,
    table: new TableCapacity(of),
    parameters: of,
    callMs: parameters.callMs,
  });
  const orders = target(parameters.ordersTable);
  const audit = target(parameters.auditTable);
  const queue = new WaitingLine();
  const orderQueue = new Environments();
  const changeAudit = new Environments();
  const orderLatency = new Histogram();
  let pollers = parameters.pollers.start;
  let polling = 0;
  let inFlight = 0;
  const tally = { came: 0, written: 0, audited: 0, peakInFlight: 0, lastAudited: 0 };

  const take = () => {
    while (polling < pollers && queue.length > 0 && isBatchDue()) {
      const room = AWS_LIMITS.inFlight - inFlight;
      const taken = queue.take(Math.min(parameters.batchSize, room));
      if (taken.length === 0) return;
      inFlight += taken.length;
      tally.peakInFlight = Math.max(tally.peakInFlight, inFlight);
      polling += 1;
      // Lambda receives by ten, so many calls of one batch at the same time.
      events.after(chance.latency(parameters.callMs) / 1_000, () => handle(taken));
    }
  };
  /** A batch goes out when it is full, or when its oldest message has waited for the window. */
  const isBatchDue = () =>
    parameters.windowSeconds === 0 ||
    queue.length >= parameters.batchSize ||
    queue.age(events.now) >= parameters.windowSeconds;

  const handle = (taken: readonly number[]) => {
    if (!account.begin()) return events.after(THROTTLED_SECONDS, () => handle(taken));
    const coldMs = orderQueue.take() ? parameters.coldStartMs : 0;
    const arrivals = taken.values();
    events.after((coldMs + taken.length * parameters.orderQueueMsPerOrder) / 1_000, () =>
      writeBatch(
        orders,
        taken.length,
        (partition) => {
          orderLatency.add(events.now - (arrivals.next().value ?? events.now));
          tally.written += 1;
          shardOf(partition).changed(events.now);
        },
        () => {
          account.end();
          orderQueue.free();
          inFlight -= taken.length; // and is deleted, while the poller goes on
          polling -= 1;
          take();
        },
      ),
    );
  };

  /** A partition of the orders table is a shard of its stream: read four times a second, handled in lanes of its own. */
  const shards = Array.from({ length: orders.table.partitions }, () => makeShard());
  const shardOf = (partition: number) => (shards[partition] ??= makeShard());
  function makeShard() {
    const unread = new WaitingLine();
    const lanes = Array.from({ length: parameters.parallelizationFactor }, () => ({
      read: new WaitingLine(),
      isBusy: false,
    }));
    const laneOf = (at: number) => lanes[at % lanes.length] ?? { read: new WaitingLine(), isBusy: true };
    const run = (lane: (typeof lanes)[number]) => {
      if (lane.isBusy || lane.read.length === 0) return;
      if (!account.begin()) return events.after(THROTTLED_SECONDS, () => run(lane));
      lane.isBusy = true;
      const batch = lane.read.peek(parameters.streamBatch);
      const coldMs = changeAudit.take() ? parameters.coldStartMs : 0;
      events.after((coldMs + batch * parameters.changeAuditMsPerOrder) / 1_000, () =>
        writeBatch(
          audit,
          batch,
          () => {
            tally.audited += 1;
            tally.lastAudited = events.now;
          },
          () => {
            account.end();
            changeAudit.free();
            lane.read.take(batch);
            lane.isBusy = false;
            run(lane);
          },
        ),
      );
    };
    const poll = () => {
      for (const at of unread.take(AWS_LIMITS.shardRecords))
        laneOf(Math.floor(chance.random() * lanes.length)).read.add(at, 1);
      for (const lane of lanes) run(lane);
      events.after(1 / AWS_LIMITS.shardPollsPerSecond, poll);
    };
    events.after(chance.random() / AWS_LIMITS.shardPollsPerSecond, poll);
    return {
      changed: (at: number) => unread.add(at, 1),
      waiting: () => [unread, ...lanes.map(({ read }) => read)],
    };
  }

  const tick = () => {
    if (events.now < load.seconds) {
      const coming = chance.poisson(load.ordersPerSecond * TICK_SECONDS);
      queue.add(events.now, coming);
      tally.came += coming;
    }
    if (polling >= Math.floor(pollers) && queue.length > 0)
      pollers = Math.min(parameters.pollers.maximum, pollers + parameters.pollers.growthPerSecond * TICK_SECONDS);
    take();
    events.after(TICK_SECONDS, tick);
  };
  events.after(0, tick);

  const samples: Sample[] = [];
  let throttledBefore = 0;
  for (let second = 1; second <= load.seconds + load.drainSeconds; second += 1) {
    events.runUntil(second);
    const waiting = shards.flatMap((shard) => shard.waiting());
    const throttled = orders.table.throttled + audit.table.throttled;
    samples.push({
      second,
      backlog: queue.length,
      ageSeconds: queue.age(second),
      orderQueueEnvironments: orderQueue.takePeak(),
      changeAuditEnvironments: changeAudit.takePeak(),
      changesWaiting: waiting.reduce((sum, { length }) => sum + length, 0),
      iteratorAgeSeconds: Math.max(0, ...waiting.map((each) => each.age(second))),
      throttledWrites: throttled - throttledBefore,
    });
    throttledBefore = throttled;
    if (second > load.seconds && tally.audited === tally.came) break;
  }
  return {
    ...tally,
    samples,
    orderLatency,
    drainedAfterSeconds: tally.audited === tally.came ? Math.max(0, tally.lastAudited - load.seconds) : undefined,
    peakAccountConcurrency: account.peak,
    throttledInvocations: account.throttled,
  };
}
