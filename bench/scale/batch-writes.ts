import { fullJitter } from "../../packages/idempotency/src/backoff.ts";
import type { Chance } from "./chance.ts";
import type { EventQueue } from "./event-queue.ts";
import type { TableParameters } from "./parameters.ts";
import type { TableCapacity } from "./table-capacity.ts";

/** Where writes of a function go. */
export interface WriteTarget {
  readonly events: EventQueue;
  readonly chance: Chance;
  readonly table: TableCapacity;
  readonly parameters: TableParameters;
  readonly callMs: number;
}

/**
 * Writes one item an order, as the inline strategy does: all at once, and those that were throttled again after its pauses. `written`
 * is told the partition of each as it is answered, `done` that all are.
 */
export function writeBatch(
  { events, chance, table, parameters, callMs }: WriteTarget,
  count: number,
  written: (partition: number) => void,
  done: () => void,
): void {
  let pending = Array.from({ length: count }, () => ({
    // Keys spread by their hash; which partition one is on is decided once.
    partition: Math.floor(chance.random() * table.partitions),
    units: Math.floor(parameters.unitsPerOrder) + (chance.random() < parameters.unitsPerOrder % 1 ? 1 : 0),
  }));
  let attempt = 0;
  const round = () => {
    const throttled = pending.filter(({ partition, units }) => !table.write(partition, units, events.now));
    const answered = pending.filter((each) => !throttled.includes(each));
    events.after(chance.latency(callMs) / 1_000, () => {
      for (const { partition } of answered) written(partition);
      pending = throttled;
      if (pending.length === 0) return done();
      attempt += 1;
      events.after(fullJitter(attempt, chance.random) / 1_000, round);
    });
  };
  round();
}
