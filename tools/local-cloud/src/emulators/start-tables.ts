import { createTables, noTables, type Tables } from "./dynamodb-tables.ts";
import type { ExpiredRecords } from "./expired-records.ts";
import { withGivenEndpoint } from "./given-endpoint.ts";
import type { DynamoDbStatus, SupervisedDynamoDb } from "./supervised-dynamodb.ts";
import { startTimeToLive, type TimeToLive } from "./time-to-live.ts";
import type { Graph } from "../graph/graph.ts";
import type { Shutdown } from "../shutdown.ts";

/** Where the tables are, and who is told of what happens to them. */
export interface StartTablesOptions {
  readonly graph: Pick<Graph, "region" | "tables">;
  /** A DynamoDB Local that runs already. */
  readonly endpoint: string | undefined;
  /** One of our own that starts. */
  readonly own: Promise<SupervisedDynamoDb> | undefined;
  readonly timeScale: number;
  readonly expired: ExpiredRecords;
  readonly shutdown: Shutdown;
}

/** The tables, and the DynamoDB Local that they are in. */
export interface StartedTables {
  readonly tables: Tables;
  /** Resolves once every table is there. */
  readonly started: Promise<void>;
  /** Begins to delete expired items: once they are there, and nobody can miss it. */
  deleteExpired(): void;
  /** Of one of our own, once it has started. */
  status(): DynamoDbStatus | undefined;
  /** Whether the tables are there, DynamoDB Local answers, and no item is being deleted. */
  idle(): boolean;
  /** Aborted when a DynamoDB Local of our own cannot go on; the reason is a DynamoDbLocalFailed. */
  readonly failed: AbortSignal;
}

/**
 * The graph's tables, in the DynamoDB Local at an endpoint or in one of our own; `noTables` where there is neither. This returns at
 * once, and requests to the tables wait.
 */
export function startTables(options: StartTablesOptions): StartedTables {
  const { graph, endpoint, timeScale, expired, shutdown } = options;
  const failure = new AbortController();
  if (options.own === undefined && endpoint === undefined)
    return {
      tables: noTables,
      started: Promise.resolve(),
      deleteExpired() {},
      status: () => undefined,
      idle: () => true,
      failed: failure.signal,
    };
  const { promise: dynamodb, resolve, reject } = Promise.withResolvers<{ readonly url: string }>();
  const tables = createTables({ dynamodb, region: graph.region, definitions: graph.tables, expired });
  shutdown.on("tables", () => tables.close());
  let supervised: SupervisedDynamoDb | undefined;
  let timeToLive: TimeToLive | undefined;
  let complete = false;

  async function useOwn(starting: Promise<SupervisedDynamoDb>): Promise<void> {
    const own = await starting;
    supervised = own;
    resolve(own);
    await tables.ready.catch((error: unknown) => {
      own.failed.throwIfAborted();
      throw error;
    });
    // What was written to it before it ended may not have been told of.
    own.onChange(() => tables.written());
    const fail = () => failure.abort(own.failed.reason);
    if (own.failed.aborted) fail();
    else own.failed.addEventListener("abort", fail);
  }

  async function start(): Promise<void> {
    if (options.own !== undefined) await useOwn(options.own);
    else if (endpoint !== undefined)
      await withGivenEndpoint(endpoint, (url) => {
        resolve({ url });
        return tables.ready;
      });
    complete = true;
  }

  const started = start();
  // Whoever waits for a table must not wait for ever; the boot itself awaits `started`.
  started.catch(reject);
  return {
    tables,
    started,
    deleteExpired() {
      const { region } = graph;
      const ttl = startTimeToLive({ dynamodb: tables, region, timeScale, expired, written: () => tables.written() });
      shutdown.on("timeToLive", () => ttl.stop());
      timeToLive = ttl;
    },
    status: () => supervised?.status(),
    idle: () =>
      complete && timeToLive?.busy !== true && (supervised === undefined || supervised.status().state === "running"),
    failed: failure.signal,
  };
}
