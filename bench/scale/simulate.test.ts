import { describe, expect, test } from "vitest";
import { chanceOf } from "./chance.ts";
import { EventQueue } from "./event-queue.ts";
import { type Parameters } from "./parameters.ts";
import { summarize } from "./scenarios.ts";
import { simulate } from "./simulate.ts";
import { TableCapacity } from "./table-capacity.ts";

const table = { unitsPerOrder: 1, warm: 4_000, maximum: undefined };
const parameters: Parameters = {
  batchSize: 10,
  windowSeconds: 0,
  pollers: { start: 5, growthPerSecond: 5, maximum: 50 },
  streamBatch: 100,
  parallelizationFactor: 4,
  orderQueueMsPerOrder: 0.5,
  changeAuditMsPerOrder: 0.5,
  callMs: 10,
  coldStartMs: 100,
  ordersTable: table,
  auditTable: table,
  accountConcurrency: 1_000,
};
const load = { seed: 7, ordersPerSecond: 2_000, seconds: 20, drainSeconds: 60 };
const run = (part: Partial<Parameters> = {}, of = load) => summarize(simulate({ ...parameters, ...part }, of), of);

describe("the simulated pipeline", () => {
  test("writes and audits every order that came, once, and settles", () => {
    const { came, written, audited, settles } = run();
    expect(came).toBeGreaterThan(39_000);
    expect([written, audited, settles]).toEqual([came, came, true]);
  });

  test("gives the same figures for the same seed, others for another one", () => {
    expect(run()).toEqual(run());
    expect(run({}, { ...load, seed: 8 }).came).not.toBe(run().came);
  });

  test("has no more environments than the mapping allows, and then falls behind", () => {
    const { orderQueueEnvironments, peakAgeSeconds, settles } = run({
      pollers: { start: 2, growthPerSecond: 5, maximum: 2 },
    });
    expect(orderQueueEnvironments).toBeLessThanOrEqual(2);
    expect(peakAgeSeconds).toBeGreaterThan(5);
    expect(settles).toBe(false);
  });

  test("is throttled where the orders table takes less than comes, and loses nothing", () => {
    const { throttledWrites, came, audited } = run({ ordersTable: { ...table, maximum: 1_500 } });
    expect(throttledWrites).toBeGreaterThan(1_000);
    expect(audited).toBe(came);
  });

  test("is throttled where the account has too few executions", () => {
    const { throttledInvocations, peakAccountConcurrency } = run({ accountConcurrency: 3 });
    expect(peakAccountConcurrency).toBe(3);
    expect(throttledInvocations).toBeGreaterThan(0);
  });

  test("lets changes grow old in the stream where the audit table takes less than comes", () => {
    const { peakAgeSeconds, peakIteratorAgeSeconds } = run({ auditTable: { ...table, maximum: 1_000 } });
    expect(peakIteratorAgeSeconds).toBeGreaterThan(5);
    expect(peakAgeSeconds).toBeLessThan(5);
  });

  test("waits for full batches no longer than the window", () => {
    const slow = { ...load, ordersPerSecond: 20 };
    const { p50Seconds, p99Seconds } = run({ batchSize: 100, windowSeconds: 1 }, slow);
    expect(p50Seconds).toBeGreaterThan(0.3);
    expect(p99Seconds).toBeLessThan(1.5);
    expect(run({}, slow).p50Seconds).toBeLessThan(0.1);
  });
});

describe("the capacity of a table", () => {
  const taken = (capacity: TableCapacity, units: number, now: number) => {
    let count = 0;
    for (let each = 0; each < units; each += 1) if (capacity.write(each, 1, now)) count += 1;
    return count;
  };

  test("is what it was warmed for, spread over partitions of 1,000 units a second", () => {
    const capacity = new TableCapacity({ warm: 12_000, maximum: undefined });
    expect(capacity.partitions).toBe(12);
    expect(taken(capacity, 20_000, 1)).toBe(12_000);
    expect(taken(capacity, 20_000, 1.5)).toBe(6_000);
    expect(capacity.throttled).toBe(8_000 + 14_000);
  });

  test("of a hot partition is 1,000 units a second, whatever the table takes", () => {
    const capacity = new TableCapacity({ warm: 12_000, maximum: undefined });
    expect(Array.from({ length: 3_000 }, () => capacity.write(5, 1, 1)).filter(Boolean)).toHaveLength(1_000);
  });

  test("is no more than its owner allows", () => {
    expect(taken(new TableCapacity({ warm: 12_000, maximum: 2_000 }), 20_000, 1)).toBe(2_000);
  });

  test("is twice the earlier peak after half an hour, and not before", () => {
    const capacity = new TableCapacity({ warm: 4_000, maximum: undefined });
    expect(taken(capacity, 9_000, 1)).toBe(4_000);
    expect(taken(capacity, 9_000, 1_799)).toBe(4_000);
    expect(taken(capacity, 9_000, 1_800.5)).toBe(8_000);
  });
});

test("what is due happens in its order, and at the same time in that of its scheduling", () => {
  const events = new EventQueue();
  const happened: string[] = [];
  const note = (name: string) => () => void happened.push(`${name} at ${events.now}`);
  events.after(2, note("c"));
  events.after(1, note("a"));
  events.after(1, note("b"));
  events.after(3, note("d"));
  events.runUntil(2);
  expect(happened).toEqual(["a at 1", "b at 1", "c at 2"]);
  expect(events.now).toBe(2);
});

test.each([3, 200])("of a mean of %d as many come, one time with another", (mean) => {
  const { poisson } = chanceOf(11);
  const draws = Array.from({ length: 20_000 }, () => poisson(mean));
  const average = draws.reduce((sum, each) => sum + each, 0) / draws.length;
  const variance = draws.reduce((sum, each) => sum + (each - average) ** 2, 0) / draws.length;
  expect(average / mean).toBeCloseTo(1, 1);
  expect(variance / mean).toBeCloseTo(1, 1);
});
