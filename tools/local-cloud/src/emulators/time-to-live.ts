import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  paginateListTables,
  paginateScan,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { isDeepStrictEqual } from "node:util";
import { pause } from "../event-sources/pause.ts";
import { LOCAL_CREDENTIALS } from "../local-region.ts";
import { currentEndpoint } from "./dynamodb.ts";
import type { ExpiredRecords } from "./expired-records.ts";

/** Deletes items whose time to live is over. */
export interface TimeToLive {
  /** True while it deletes. */
  readonly busy: boolean;
  stop(): Promise<void>;
}

/** AWS says "within a few days" and needs minutes; here every table is looked through once a minute. */
const INTERVAL_MS = 60_000;
const SHORTEST_INTERVAL_MS = 50;
/** A look-through may take this part of DynamoDB Local's time. */
const LOAD = 0.05;

/** An item that expired longer ago is left alone (AWS: "Working with items in DynamoDB with Time to Live"). */
const OLDEST_SECONDS = 5 * 365 * 86_400;

/** Deletions at one time. Readers of streams wait for them, so it is few. */
const DELETIONS = 25;
/** Items of one look-through; more wait for the next one. */
const MOST_ITEMS = 1_000;

/** DynamoDB Local shows a record at once; after this long it never will. */
const RECORD_LIMIT_MS = 10_000;

type Key = Record<string, AttributeValue>;

interface Expiry {
  readonly table: string;
  readonly attribute: string;
}

/**
 * Does what DynamoDB Local does not: deletes expired items (AWS: "Using time to live (TTL) in DynamoDB"). An item is deleted only with
 * the time that was read, so one that is written meanwhile stays. The records of these deletions are told to `expired`.
 */
export function startTimeToLive(options: {
  readonly dynamodb: { readonly url: string };
  readonly region: string;
  readonly timeScale: number;
  readonly expired: ExpiredRecords;
  /** Called after deletions. */
  readonly written: () => void;
}): TimeToLive {
  const settings = {
    endpoint: currentEndpoint(options.dynamodb),
    region: options.region,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  };
  const tables = new DynamoDBClient(settings);
  const streams = new DynamoDBStreamsClient(settings);
  const stopping = new AbortController();
  const send = { abortSignal: stopping.signal };
  let busy = false;

  async function run(): Promise<void> {
    let restMs = INTERVAL_MS * options.timeScale;
    while (!stopping.signal.aborted) {
      await pause(Math.max(restMs, SHORTEST_INTERVAL_MS), stopping.signal);
      // While DynamoDB Local is away or a table is being deleted, there is a next time.
      const searchMs = await lookThrough().catch(() => 0);
      restMs = Math.max(INTERVAL_MS * options.timeScale, searchMs / LOAD);
    }
  }

  /** Returns how long the search took, without the deletions. */
  async function lookThrough(): Promise<number> {
    let searchMs = 0;
    const timed = async <Result>(work: Promise<Result>): Promise<Result> => {
      const begunAt = performance.now();
      try {
        return await work;
      } finally {
        searchMs += performance.now() - begunAt;
      }
    };
    for (const expiry of await timed(expiries())) {
      const items = await timed(expiredItems(expiry));
      for (let from = 0; from < items.length && !stopping.signal.aborted; from += DELETIONS)
        await sweep(expiry, items.slice(from, from + DELETIONS));
    }
    return searchMs;
  }

  async function expiries(): Promise<Expiry[]> {
    const found: Expiry[] = [];
    for await (const { TableNames = [] } of paginateListTables({ client: tables }, {}, send)) {
      for (const table of TableNames) {
        const { TimeToLiveDescription: described } = await tables.send(
          new DescribeTimeToLiveCommand({ TableName: table }),
          send,
        );
        if (described?.TimeToLiveStatus !== "ENABLED" || described.AttributeName === undefined) continue;
        found.push({ table, attribute: described.AttributeName });
      }
    }
    return found;
  }

  async function expiredItems({ table, attribute }: Expiry): Promise<Key[]> {
    const now = Math.floor(Date.now() / 1_000);
    const pages = paginateScan(
      { client: tables },
      {
        TableName: table,
        ConsistentRead: true,
        FilterExpression: "#ttl <= :now AND #ttl > :oldest",
        ExpressionAttributeNames: { "#ttl": attribute },
        ExpressionAttributeValues: { ":now": { N: `${now}` }, ":oldest": { N: `${now - OLDEST_SECONDS}` } },
      },
      send,
    );
    const items: Key[] = [];
    for await (const { Items = [] } of pages) {
      items.push(...Items);
      if (items.length >= MOST_ITEMS) break;
    }
    return items;
  }

  async function sweep(expiry: Expiry, items: readonly Key[]): Promise<void> {
    busy = true;
    try {
      await options.expired.during((add) => remove(expiry, items, add));
    } finally {
      busy = false;
      options.written();
    }
  }

  async function remove({ table, attribute }: Expiry, items: readonly Key[], add: (id: string) => void): Promise<void> {
    const { Table: described } = await tables.send(new DescribeTableCommand({ TableName: table }), send);
    const names = (described?.KeySchema ?? []).flatMap(({ AttributeName: name }) => (name === undefined ? [] : [name]));
    const streamArn = described?.LatestStreamArn;
    const iterators = streamArn === undefined ? [] : await latestIterators(streamArn);
    const deleted = await Promise.all(
      items.map(async (item) => {
        const key = Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
        return (await removeOne(table, attribute, key, item[attribute])) ? [key] : [];
      }),
    );
    if (iterators.length > 0) await findRecords(iterators, deleted.flat(), add);
  }

  /** False where the item was written meanwhile. Not ended by `stop`: nobody would know whether it was carried out. */
  async function removeOne(table: string, attribute: string, key: Key, time?: AttributeValue): Promise<boolean> {
    if (time === undefined) return false;
    try {
      await tables.send(
        new DeleteItemCommand({
          TableName: table,
          Key: key,
          ConditionExpression: "#ttl = :time",
          ExpressionAttributeNames: { "#ttl": attribute },
          ExpressionAttributeValues: { ":time": time },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async function latestIterators(streamArn: string): Promise<string[]> {
    const { StreamDescription: stream } = await streams.send(new DescribeStreamCommand({ StreamArn: streamArn }));
    const open = (stream?.Shards ?? []).filter(({ SequenceNumberRange: range }) => !range?.EndingSequenceNumber);
    const answers = await Promise.all(
      open.map(({ ShardId }) =>
        streams.send(new GetShardIteratorCommand({ StreamArn: streamArn, ShardId, ShardIteratorType: "LATEST" })),
      ),
    );
    return answers.flatMap(({ ShardIterator: iterator }) => (iterator === undefined ? [] : [iterator]));
  }

  /** Reads what was written since the iterators were made, until the record of every deletion is among it. */
  async function findRecords(from: readonly string[], keys: readonly Key[], add: (id: string) => void): Promise<void> {
    const missing = [...keys];
    const deadline = performance.now() + RECORD_LIMIT_MS;
    let iterators = from;
    while (missing.length > 0 && iterators.length > 0 && performance.now() < deadline) {
      const pages = await Promise.all(
        iterators.map((ShardIterator) => streams.send(new GetRecordsCommand({ ShardIterator }))),
      );
      const records = pages.flatMap(({ Records = [] }) => Records);
      for (const { eventID, eventName, dynamodb } of records) {
        if (eventID === undefined || eventName !== "REMOVE") continue;
        const at = missing.findIndex((key) => isDeepStrictEqual(key, dynamodb?.Keys));
        if (at === -1) continue;
        missing.splice(at, 1);
        add(eventID);
      }
      iterators = pages.flatMap(({ NextShardIterator: next }) => (next === undefined ? [] : [next]));
      if (records.length === 0) await pause(5, new AbortController().signal);
    }
  }

  const running = run();
  return {
    get busy() {
      return busy;
    },
    async stop() {
      stopping.abort();
      await running;
      tables.destroy();
      streams.destroy();
    },
  };
}
