import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { StreamMapping } from "../../graph/graph.ts";
import type { EventSource } from "../event-source.ts";
import { fail, scriptLambda, type Script } from "../../../test/scripted-lambda.ts";
import { createStreamCheckpoints } from "./stream-checkpoints.ts";
import type { StreamItem } from "./stream-event.ts";
import { createStreamMapping } from "./stream-mapping.ts";
import type { Shard, StreamSource } from "./stream-source.ts";

/*
 * What DynamoDB Local cannot be made to do in a test (shards that roll over, iterators that expire, trimmed records) is
 * played here by a stream in memory behind the same port.
 */

const soon = { timeout: 4_000, interval: 2 };

interface MemoryShard {
  readonly id: string;
  readonly parentId?: string;
  items: StreamItem[];
  closed: boolean;
}

function memoryStream() {
  const shards: MemoryShard[] = [];
  const iterators = new Map<string, { shard: MemoryShard; after: string }>();
  const reads: string[] = [];
  let failures: Error[] = [];
  let listener: () => void = () => undefined;
  let sequence = 0;
  let iteratorCount = 0;

  const find = (id: string): MemoryShard => {
    const shard = shards.find((each) => each.id === id);
    if (!shard) throw named("ResourceNotFoundException");
    return shard;
  };

  const source: StreamSource = {
    publicArn: "arn:aws:dynamodb:eu-central-2:000000000000:table/orders/stream/2026",
    shards: async () =>
      shards.map(({ id, parentId }): Shard => ({ id, streamArn: "arn", ...(parentId !== undefined && { parentId }) })),
    async iterator(shard, position) {
      const after = position.kind === "oldest" ? "" : position.sequenceNumber;
      const given = find(shard.id);
      const oldest = given.items[0]?.sequenceNumber ?? "";
      if (position.kind === "after" && after < oldest && trimmed.has(after)) throw named("TrimmedDataAccessException");
      const name = `iterator-${(iteratorCount += 1)}`;
      iterators.set(name, { shard: given, after });
      return name;
    },
    async page(_shard, iterator) {
      const failure = failures.shift();
      if (failure) throw failure;
      const entry = iterators.get(iterator);
      if (!entry) throw named("ExpiredIteratorException");
      reads.push(entry.shard.id);
      const items = entry.shard.items.filter(({ sequenceNumber }) => sequenceNumber > entry.after).slice(0, 3);
      const after = items.at(-1)?.sequenceNumber ?? entry.after;
      if (items.length === 0 && entry.shard.closed) return { items };
      const next = `iterator-${(iteratorCount += 1)}`;
      iterators.set(next, { shard: entry.shard, after });
      return { items, next };
    },
    close: () => undefined,
  };
  const trimmed = new Set<string>();

  return {
    source,
    reads,
    addShard(id: string, parentId?: string) {
      shards.push({ id, items: [], closed: false, ...(parentId !== undefined && { parentId }) });
    },
    removeShard(id: string) {
      shards.splice(shards.indexOf(find(id)), 1);
    },
    closeShard(id: string) {
      find(id).closed = true;
    },
    write(shardId: string, ...keys: string[]) {
      for (const key of keys) {
        const sequenceNumber = String((sequence += 1)).padStart(6, "0");
        const text = JSON.stringify({ dynamodb: { SequenceNumber: sequenceNumber, Keys: { id: { S: key } } } });
        find(shardId).items.push({
          sequenceNumber,
          partitionKey: key,
          text,
          bytes: text.length,
          arrivedAt: Date.now(),
        });
      }
      listener();
    },
    /** Drops the oldest records, as after 24 hours. */
    trim(shardId: string, count: number) {
      for (const { sequenceNumber } of find(shardId).items.splice(0, count)) trimmed.add(sequenceNumber);
    },
    expireIterators: () => iterators.clear(),
    failNextReads(...errors: Error[]) {
      failures = errors;
    },
    onWrite(added: () => void) {
      listener = added;
      return () => {
        listener = () => undefined;
      };
    },
  };
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

const running: EventSource[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((source) => source.stop()));
});

function mapStream(
  stream: ReturnType<typeof memoryStream>,
  script: Script = () => undefined,
  part: Partial<StreamMapping> = {},
  state = new DatabaseSync(":memory:"),
) {
  const lambda = scriptLambda(script);
  const mapping: StreamMapping = {
    uuid: "u",
    kind: "dynamodb",
    eventSourceArn: "arn",
    functionName: "change-audit",
    functionArn: "arn",
    enabled: true,
    batchSize: 100,
    maximumBatchingWindowSeconds: 0,
    reportBatchItemFailures: false,
    filters: [],
    tableName: "orders",
    startingPosition: "TRIM_HORIZON",
    parallelizationFactor: 1,
    maximumRetryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    bisectBatchOnFunctionError: false,
    ...part,
  };
  const source = createStreamMapping({
    mapping,
    checkpoints: createStreamCheckpoints(state).of(mapping.uuid),
    tables: {
      url: "",
      onWrite: (listener) => stream.onWrite(listener),
      streamArn: async () => "arn",
      toPublic: (text) => text,
      expired: () => Promise.resolve(new Set()),
    },
    queues: { send: () => undefined },
    topics: { publish: () => "" },
    buckets: { put: () => undefined },
    lambda,
    region: "eu-central-2",
    timeScale: 0.001,
    openStream: () => stream.source,
  });
  running.push(source);
  const keys = () => lambda.batches.flat().map((record) => record.dynamodb?.Keys["id"]?.["S"]);
  return { source, lambda, keys, state };
}

const idle = (source: EventSource) => vi.waitFor(() => expect(source.idle()).toBe(true), soon);

describe("a shard that rolls over", () => {
  test("is read to its end before its child begins", async () => {
    const stream = memoryStream();
    stream.addShard("parent");
    stream.addShard("child", "parent");
    stream.write("parent", "a", "b", "c", "d");
    stream.write("child", "e");
    stream.closeShard("parent");
    const { source, keys } = mapStream(stream);
    await source.start();
    await idle(source);
    expect(keys()).toEqual(["a", "b", "c", "d", "e"]);
    expect(stream.reads.lastIndexOf("parent")).toBeLessThan(stream.reads.indexOf("child"));
  });

  test("holds its child back until its own last batch succeeded", async () => {
    const stream = memoryStream();
    stream.addShard("parent");
    stream.addShard("child", "parent");
    stream.write("parent", "a");
    stream.write("child", "b");
    stream.closeShard("parent");
    const { source, lambda, keys } = mapStream(stream, (_, invocation) => (invocation < 4 ? fail() : undefined));
    await source.start();
    await idle(source);
    expect(keys()).toEqual(["a", "a", "a", "a", "b"]);
    expect(lambda.batches).toHaveLength(5);
  });

  test("while the mapping runs does not end it", async () => {
    const stream = memoryStream();
    stream.addShard("first");
    const { source, keys } = mapStream(stream);
    await source.start();
    stream.write("first", "a");
    await idle(source);
    stream.closeShard("first");
    stream.addShard("second", "first");
    stream.addShard("third", "first");
    stream.write("second", "b");
    stream.write("third", "c");
    await idle(source);
    expect(new Set(keys())).toEqual(new Set(["a", "b", "c"]));
  });

  test("and has no child yet is waited for", async () => {
    const stream = memoryStream();
    stream.addShard("first");
    stream.write("first", "a");
    stream.closeShard("first");
    const { source, keys } = mapStream(stream);
    await source.start();
    await idle(source);
    stream.addShard("second", "first");
    stream.write("second", "b");
    await idle(source);
    expect(keys()).toEqual(["a", "b"]);
  });

  test("and whose parent no longer exists is read", async () => {
    const stream = memoryStream();
    stream.addShard("child", "gone");
    stream.write("child", "a");
    const { source, keys } = mapStream(stream);
    await source.start();
    await idle(source);
    expect(keys()).toEqual(["a"]);
  });

  test("and is deleted with the stream gives way to what is there", async () => {
    const stream = memoryStream();
    stream.addShard("old");
    const { source, keys } = mapStream(stream);
    await source.start();
    stream.write("old", "a");
    await idle(source);
    stream.removeShard("old");
    stream.addShard("new");
    stream.expireIterators();
    stream.write("new", "b");
    await idle(source);
    expect(keys()).toEqual(["a", "b"]);
  });
});

describe("a lost iterator", () => {
  test("that expired is opened again after the last record read: none is lost, none is repeated", async () => {
    const stream = memoryStream();
    stream.addShard("shard");
    const { source, keys } = mapStream(stream);
    await source.start();
    stream.write("shard", "a", "b");
    await idle(source);
    stream.expireIterators();
    stream.write("shard", "c");
    await idle(source);
    expect(keys()).toEqual(["a", "b", "c"]);
  });

  test.each(["ExpiredIteratorException", "TrimmedDataAccessException", "ValidationException", "InternalServerError"])(
    "by %s does not end the trigger",
    async (name) => {
      const stream = memoryStream();
      stream.addShard("shard");
      stream.write("shard", "a");
      stream.failNextReads(named(name), named(name), named(name));
      const { source, keys } = mapStream(stream);
      await source.start();
      await idle(source);
      expect(keys()).toEqual(["a"]);
      expect(source.status()[0]?.problem).toBeUndefined();
    },
  );

  test("shows as a problem in the status while it lasts", async () => {
    const stream = memoryStream();
    stream.addShard("shard");
    stream.failNextReads(...Array.from({ length: 4 }, () => named("InternalServerError")));
    const { source } = mapStream(stream);
    await source.start();
    await vi.waitFor(() => expect(source.status()[0]?.problem).toContain("InternalServerError"), soon);
    expect(source.idle()).toBe(false);
    await idle(source);
    expect(source.status()[0]?.problem).toBeUndefined();
  });

  test("into trimmed records goes on with the oldest that is left", async () => {
    const stream = memoryStream();
    stream.addShard("shard");
    stream.write("shard", "a");
    const first = mapStream(stream);
    await first.source.start();
    await idle(first.source);
    await first.source.stop();
    stream.write("shard", "b", "c", "d");
    stream.trim("shard", 3);
    const second = mapStream(stream, () => undefined, {}, first.state);
    await second.source.start();
    await idle(second.source);
    expect(second.keys()).toEqual(["d"]);
  });
});

describe("a checkpoint", () => {
  test("stays below the oldest record that is not handled, though a later lane is done", async () => {
    const stream = memoryStream();
    stream.addShard("shard");
    const keysOfLanes = ["a", "b", "c", "d", "e", "f", "g", "h"];
    stream.write("shard", ...keysOfLanes);
    const stuck: Script = (records) =>
      records.some((record) => record.dynamodb?.Keys["id"]?.["S"] === "c") ? fail() : undefined;
    const first = mapStream(stream, stuck, { parallelizationFactor: 8, batchSize: 1 });
    await first.source.start();
    await vi.waitFor(() => expect(new Set(first.keys()).size).toBe(8), soon);
    await first.source.stop();
    const second = mapStream(stream, () => undefined, {}, first.state);
    await second.source.start();
    await idle(second.source);
    expect(second.keys()).toEqual(["c", "d", "e", "f", "g", "h"]);
  });
});

test("the iterator age is that of the oldest record not handled, and 0 when none waits", async () => {
  const stream = memoryStream();
  stream.addShard("shard");
  const { promise, resolve } = Promise.withResolvers<void>();
  const { source, lambda } = mapStream(stream, () => promise);
  await source.start();
  stream.write("shard", "a");
  await vi.waitFor(() => expect(lambda.running).toBe(1), soon);
  await vi.waitFor(() => expect(source.status()[0]?.iteratorAgeMs).toBeGreaterThan(5), soon);
  resolve();
  await idle(source);
  expect(source.status()[0]?.iteratorAgeMs).toBe(0);
});

test("stopping leaves no timer, whatever the mapping waits for", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
  const before = timers();
  const stream = memoryStream();
  stream.addShard("shard");
  const quiet = mapStream(stream);
  const withoutShards = mapStream(memoryStream());
  await Promise.all([quiet.source.start(), withoutShards.source.start()]);
  await idle(quiet.source);
  expect(timers()).toBeGreaterThan(before);
  await Promise.all([quiet.source.stop(), withoutShards.source.stop()]);
  expect(timers()).toBe(before);
});
