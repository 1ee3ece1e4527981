import { createTables, noTables, type Tables } from "./dynamodb-tables.ts";
import type { ExpiredRecords } from "./expired-records.ts";
import { withGivenEndpoint } from "./given-endpoint.ts";
import { superviseDynamoDb, type SupervisedDynamoDb } from "./supervised-dynamodb.ts";
import type { Graph } from "../graph/graph.ts";
import type { Shutdown } from "../shutdown.ts";

/** Where the tables are, and who is told of what happens to them. */
export interface StartTablesOptions {
  readonly graph: Pick<Graph, "region" | "tables">;
  /** A DynamoDB Local that runs already. */
  readonly endpoint: string | undefined;
  /** Kept in memory without one. */
  readonly dataDir: string | undefined;
  readonly notice: (sentence: string) => void;
  readonly expired: ExpiredRecords;
  readonly shutdown: Shutdown;
}

/** The tables, and the DynamoDB Local of our own, if any, once they are there. */
export interface StartedTables {
  readonly tables: Tables;
  readonly started: Promise<SupervisedDynamoDb | undefined>;
}

/** The graph's tables, in a DynamoDB Local that is started for them; `noTables` where there is neither a table nor an endpoint. */
export function startTables(options: StartTablesOptions): StartedTables {
  const { graph, endpoint, dataDir, notice, expired, shutdown } = options;
  if (graph.tables.length === 0 && endpoint === undefined)
    return { tables: noTables, started: Promise.resolve(undefined) };
  const { promise: dynamodb, resolve, reject } = Promise.withResolvers<{ readonly url: string }>();
  const tables = createTables({ dynamodb, region: graph.region, definitions: graph.tables, expired });
  shutdown.on("tables", () => tables.close());
  const start = async () => {
    if (endpoint !== undefined) {
      await withGivenEndpoint(endpoint, (url) => {
        resolve({ url });
        return tables.ready;
      });
      return undefined;
    }
    const supervised = await superviseDynamoDb({ notice, ...(dataDir !== undefined && { dataDir }) });
    shutdown.on("dynamodb", () => supervised.stop());
    resolve(supervised);
    await tables.ready.catch((error: unknown) => {
      supervised.failed.throwIfAborted();
      throw error;
    });
    // What was written to it before it ended may not have been told of.
    supervised.onChange(() => tables.written());
    return supervised;
  };
  const started = start();
  // Whoever waits for a table must not wait for ever; the boot itself awaits `started`.
  started.catch(reject);
  return { tables, started };
}
