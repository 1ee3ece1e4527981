import { describe, expect, test, vi } from "vitest";
import type { StreamMapping } from "../../graph/graph.ts";
import { TooManyRequests } from "../../lambda/lambda-service.ts";
import { createBatchDelivery } from "./batch-delivery.ts";
import type { DiscardedBatch } from "./failure-destination.ts";
import { newCounters } from "../mapping-status.ts";
import { fail, scriptLambda, type Script, type ScriptedRecord } from "../../../test/scripted-lambda.ts";
import type { StreamItem } from "./stream-event.ts";

const sequenceOf = (record: ScriptedRecord) => record.dynamodb?.SequenceNumber ?? "";
const report = (...sequenceNumbers: string[]) => ({
  batchItemFailures: sequenceNumbers.map((itemIdentifier) => ({ itemIdentifier })),
});

const streamMapping: StreamMapping = {
  uuid: "u",
  kind: "dynamodb",
  eventSourceArn: "arn",
  functionName: "change-audit",
  functionArn: "arn",
  enabled: true,
  batchSize: 100,
  maximumBatchingWindowSeconds: 0,
  reportBatchItemFailures: true,
  filters: [],
  tableName: "orders",
  startingPosition: "TRIM_HORIZON",
  parallelizationFactor: 1,
  maximumRetryAttempts: 2,
  maximumRecordAgeSeconds: -1,
  bisectBatchOnFunctionError: false,
};

/** Records 1 to `count`, just arrived. */
function records(count: number, arrivedAt = Date.now()): StreamItem[] {
  return Array.from({ length: count }, (_, at) => {
    const sequenceNumber = String(at + 1);
    const text = JSON.stringify({ dynamodb: { SequenceNumber: sequenceNumber, Keys: { id: { S: "x" } } } });
    return { sequenceNumber, partitionKey: "x", text, bytes: text.length, arrivedAt };
  });
}

/** Delivers records to a scripted function and tells what came of each. */
async function deliver(
  items: readonly StreamItem[],
  script: Script,
  part: Partial<StreamMapping> = {},
  timeScale = 0.0001,
) {
  const lambda = scriptLambda(script);
  const counters = newCounters();
  const settled: string[] = [];
  const discarded: DiscardedBatch[] = [];
  await createBatchDelivery({
    mapping: { ...streamMapping, ...part },
    lambda,
    counters,
    settle: (done) => settled.push(...done.map(({ sequenceNumber }) => sequenceNumber)),
    discard: (batch) => discarded.push(batch),
    timeScale,
    signal: new AbortController().signal,
  })(items);
  return { invocations: lambda.batches.map((batch) => batch.map(sequenceOf)), settled, discarded, counters };
}

const given = (batch: DiscardedBatch) => batch.items.map(({ sequenceNumber }) => sequenceNumber);

describe("a function error", () => {
  test("is retried with the same records until it is gone", async () => {
    const { invocations, settled, discarded } = await deliver(records(3), (_, n) => (n < 3 ? fail() : undefined));
    expect(invocations).toEqual(Array.from({ length: 3 }, () => ["1", "2", "3"]));
    expect(settled).toEqual(["1", "2", "3"]);
    expect(discarded).toEqual([]);
  });

  test("exhausts the batch after the maximum retry attempts, and the batch is given up whole", async () => {
    const { invocations, settled, discarded, counters } = await deliver(records(3), () => fail());
    expect(invocations).toHaveLength(3);
    expect(discarded.map(given)).toEqual([["1", "2", "3"]]);
    expect(discarded[0]).toMatchObject({
      condition: "RetryAttemptsExhausted",
      invokeCount: 3,
      functionError: "Unhandled",
    });
    expect(settled).toEqual(["1", "2", "3"]);
    expect(counters).toMatchObject({ batches: 3, records: 9, retries: 2, failures: 3, discarded: 3 });
  });

  test("is not retried with maximum retry attempts of 0", async () => {
    const { invocations, discarded } = await deliver(records(1), () => fail(), { maximumRetryAttempts: 0 });
    expect(invocations).toHaveLength(1);
    expect(discarded[0]?.invokeCount).toBe(1);
  });

  test("is retried until the records expire with maximum retry attempts of −1", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const takesTime = () => {
        vi.setSystemTime(Date.now() + 5);
        return fail();
      };
      // 24 h are 86.4 ms at this time scale, which is over in the eighteenth invocation.
      const part = { maximumRetryAttempts: -1 };
      const { invocations, discarded } = await deliver(records(1), takesTime, part, 0.000_001);
      expect(invocations).toHaveLength(18);
      expect(discarded[0]).toMatchObject({ condition: "RecordAgeExceeded" });
    } finally {
      vi.useRealTimers();
    }
  });

  test("is not made of a reported failure where the mapping does not ask for them", async () => {
    const { settled } = await deliver(records(2), () => report("1"), { reportBatchItemFailures: false });
    expect(settled).toEqual(["1", "2"]);
  });
});

describe("a partial response", () => {
  test("makes the lowest reported sequence number the checkpoint: everything from there comes again", async () => {
    const { invocations, settled } = await deliver(records(5), (_, n) => (n === 1 ? report("4", "2") : undefined));
    expect(invocations).toEqual([
      ["1", "2", "3", "4", "5"],
      ["2", "3", "4", "5"],
    ]);
    expect(settled).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("that repeats exhausts what is left, with no function error to name", async () => {
    const { invocations, discarded, settled } = await deliver(records(3), () => report("2"));
    expect(invocations).toEqual([
      ["1", "2", "3"],
      ["2", "3"],
      ["2", "3"],
    ]);
    expect(discarded.map(given)).toEqual([["2", "3"]]);
    expect(discarded[0]).toMatchObject({ invokeCount: 3, functionError: null });
    expect(settled).toEqual(["1", "2", "3"]);
  });

  test("with an unknown sequence number fails the whole batch", async () => {
    const { invocations } = await deliver(records(2), (_, n) => (n === 1 ? report("9") : undefined));
    expect(invocations).toEqual([
      ["1", "2"],
      ["1", "2"],
    ]);
  });
});

describe("bisection", () => {
  const bisect = { bisectBatchOnFunctionError: true, reportBatchItemFailures: false };
  const poisoned = (batch: readonly ScriptedRecord[]) =>
    batch.some((record) => sequenceOf(record) === "3") ? fail() : undefined;

  test("splits the batch in two and retries each, in order", async () => {
    const { invocations, settled } = await deliver(records(4), (_, n) => (n === 1 ? fail() : undefined), bisect);
    expect(invocations).toEqual([
      ["1", "2", "3", "4"],
      ["1", "2"],
      ["3", "4"],
    ]);
    expect(settled).toEqual(["1", "2", "3", "4"]);
  });

  test("gives up the poisonous record alone", async () => {
    const { settled, discarded } = await deliver(records(8), poisoned, bisect);
    expect(discarded.map(given)).toEqual([["3"]]);
    expect(settled).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
  });

  test("does not consume a retry", async () => {
    const { invocations, discarded } = await deliver(records(8), poisoned, { ...bisect, maximumRetryAttempts: 1 });
    expect(invocations.filter((batch) => batch.length === 1 && batch[0] === "3")).toHaveLength(2);
    expect(discarded[0]?.invokeCount).toBe(2);
  });

  test("isolates even without retries", async () => {
    const { invocations, discarded } = await deliver(records(4), poisoned, { ...bisect, maximumRetryAttempts: 0 });
    expect(invocations).toEqual([["1", "2", "3", "4"], ["1", "2"], ["3", "4"], ["3"], ["4"]]);
    expect(discarded.map(given)).toEqual([["3"]]);
  });

  test("splits at the reported sequence number when partial responses are on, too", async () => {
    const { invocations, settled, counters } = await deliver(
      records(6),
      (_, n) => (n === 1 ? report("5") : undefined),
      {
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 0,
      },
    );
    expect(invocations).toEqual([
      ["1", "2", "3", "4", "5", "6"],
      ["5", "6"],
    ]);
    expect(settled).toEqual(["1", "2", "3", "4", "5", "6"]);
    expect(counters.discarded).toBe(0);
  });

  test("with partial responses ends although a record is reported for ever, and gives up that one alone", async () => {
    const script: Script = (batch) => (batch.some((record) => sequenceOf(record) === "3") ? report("3") : undefined);
    const { settled, discarded } = await deliver(records(6), script, { bisectBatchOnFunctionError: true });
    expect(discarded.map(given)).toEqual([["3"]]);
    expect(settled).toEqual(["1", "2", "3", "4", "5", "6"]);
  });
});

describe("records too old", () => {
  test("are given up before they are delivered, the others are delivered", async () => {
    const items = [...records(2, Date.now() - 61_000), ...records(4).slice(2)];
    const { invocations, discarded } = await deliver(items, () => undefined, { maximumRecordAgeSeconds: 60 }, 1);
    expect(invocations).toEqual([["3", "4"]]);
    expect(discarded.map(given)).toEqual([["1", "2"]]);
    expect(discarded[0]).toMatchObject({ condition: "RecordAgeExceeded", functionError: null });
  });

  test("end the retries of a batch", async () => {
    // 60 s are 60 ms at this time scale.
    const { invocations, discarded } = await deliver(
      records(1),
      () => fail(),
      { maximumRecordAgeSeconds: 60, maximumRetryAttempts: -1 },
      0.001,
    );
    expect(invocations.length).toBeGreaterThan(1);
    expect(discarded[0]).toMatchObject({ condition: "RecordAgeExceeded", functionError: "Unhandled" });
  });
});

test("any history of errors settles every record once, in order, delivered or given up", async () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = seeded(seed);
    const count = 1 + Math.floor(random() * 12);
    const delivered = new Set<string>();
    const script: Script = (batch) => {
      const numbers = batch.map(sequenceOf);
      const roll = random();
      if (roll < 0.25) return fail();
      if (roll < 0.35) throw new TooManyRequests("f", "ConcurrentInvocationLimitExceeded");
      const failedFrom = roll < 0.65 ? Math.floor(random() * numbers.length) : numbers.length;
      for (const done of numbers.slice(0, failedFrom)) delivered.add(done);
      return report(...numbers.slice(failedFrom));
    };
    const { settled, discarded } = await deliver(records(count), script, {
      bisectBatchOnFunctionError: random() < 0.5,
      maximumRetryAttempts: Math.floor(random() * 3),
    });
    const expected = records(count).map(({ sequenceNumber }) => sequenceNumber);
    expect(settled, `seed ${seed}`).toEqual(expected);
    const ended = new Set([...delivered, ...discarded.flatMap(given)]);
    expect(ended, `seed ${seed}`).toEqual(new Set(expected));
  }
});

/** Mulberry32: the same seed gives the same numbers. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test("throttles do not count as retries", async () => {
  const script: Script = (_, invocation) => {
    if (invocation <= 5) throw new TooManyRequests("change-audit", "ReservedFunctionConcurrentInvocationLimitExceeded");
    return undefined;
  };
  const { settled, discarded, counters } = await deliver(records(1), script, { maximumRetryAttempts: 0 });
  expect(settled).toEqual(["1"]);
  expect(discarded).toEqual([]);
  expect(counters).toMatchObject({ batches: 6, failures: 0, problem: undefined });
});

test("a destination that fails for a while gets the batch once it is back", async () => {
  let tries = 0;
  const lost: string[] = [];
  const items = records(2);
  await createBatchDelivery({
    mapping: { ...streamMapping, maximumRetryAttempts: 0 },
    lambda: scriptLambda(() => fail()),
    counters: newCounters(),
    settle: (done) => lost.push(...done.map(({ sequenceNumber }) => sequenceNumber)),
    discard: () => {
      tries += 1;
      if (tries < 3) throw new Error("There is no such queue.");
    },
    timeScale: 0.0001,
    signal: new AbortController().signal,
  })(items);
  expect(tries).toBe(3);
  expect(lost).toEqual(["1", "2"]);
});

test("stopping ends the retries and settles nothing", async () => {
  const stopping = new AbortController();
  const settled: StreamItem[] = [];
  const lambda = scriptLambda(() => {
    stopping.abort();
    return fail();
  });
  await createBatchDelivery({
    mapping: { ...streamMapping, maximumRetryAttempts: 0 },
    lambda,
    counters: newCounters(),
    settle: (items) => settled.push(...items),
    discard: () => undefined,
    timeScale: 1,
    signal: stopping.signal,
  })(records(1));
  expect(lambda.batches).toHaveLength(1);
  expect(settled).toEqual([]);
});
