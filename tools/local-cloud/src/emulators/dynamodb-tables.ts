import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createTable } from "./create-table.ts";
import { LOCAL_CREDENTIALS } from "../local-region.ts";
import type { ExpiredRecords } from "./expired-records.ts";
import type { TableDefinition } from "../graph/graph.ts";
import { currentEndpoint, type TablesService } from "./dynamodb.ts";

/** A table has no stream, or does not exist. */
export class NoStream extends Error {
  readonly code = "NO_STREAM";
  readonly tableName: string;
  constructor(tableName: string, options?: ErrorOptions) {
    super(`The table ${tableName} has no stream.`, options);
    this.name = "NoStream";
    this.tableName = tableName;
  }
}

/** What the front endpoint needs of the tables besides {@link TablesService}. */
export interface Tables extends TablesService {
  /** Resolves once every table is there; rejects where DynamoDB Local does not start. Until then there is no `url`. */
  readonly ready: Promise<void>;
  /** Tells the listeners that something was written. */
  written(): void;
  /** The reverse of `toPublic`, for ARNs in requests. */
  toLocal(text: string): string;
  close(): void;
}

/** DynamoDB Local's only region. */
const OWN_REGION = "ddblocal";

/** The tables over a DynamoDB Local that is being started, whose URL may change; those that are not there yet are created. */
export function createTables(options: {
  readonly dynamodb: Promise<{ readonly url: string }>;
  readonly region: string;
  readonly definitions: readonly TableDefinition[];
  readonly expired: Pick<ExpiredRecords, "among">;
}): Tables {
  const { region, definitions } = options;
  let dynamodb: { readonly url: string } | undefined;
  const current = {
    get url(): string {
      if (dynamodb === undefined) throw new Error("DynamoDB Local is not there yet.");
      return dynamodb.url;
    },
  };
  const client = new DynamoDBClient({ endpoint: currentEndpoint(current), region, credentials: LOCAL_CREDENTIALS });
  const listeners = new Set<() => void>();
  const create = async () => {
    dynamodb = await options.dynamodb;
    await Promise.all(definitions.map((definition) => createTable(client, definition)));
  };
  const ready = create();
  // Whoever needs the tables awaits it.
  ready.catch(() => undefined);
  return {
    ready,
    get url() {
      return current.url;
    },
    onWrite(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    written() {
      for (const listener of listeners) listener();
    },
    async streamArn(tableName) {
      await ready;
      const { Table: table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
      if (table?.LatestStreamArn === undefined) throw new NoStream(tableName);
      return table.LatestStreamArn;
    },
    toPublic: (text) =>
      text
        .replaceAll(`arn:aws:dynamodb:${OWN_REGION}:`, `arn:aws:dynamodb:${region}:`)
        .replaceAll(`"awsRegion":"${OWN_REGION}"`, `"awsRegion":"${region}"`),
    expired: (eventIds) => options.expired.among(eventIds),
    toLocal: (text) => text.replaceAll(`arn:aws:dynamodb:${region}:`, `arn:aws:dynamodb:${OWN_REGION}:`),
    close: () => client.destroy(),
  };
}

/** Of a project without tables, for which no DynamoDB Local was started. Nobody asks for its URL. */
export const noTables: Tables = {
  ready: Promise.resolve(),
  url: "",
  expired: () => Promise.resolve(new Set()),
  onWrite: () => () => {},
  written() {},
  streamArn: (tableName) => Promise.reject(new NoStream(tableName)),
  toPublic: (text) => text,
  toLocal: (text) => text,
  close() {},
};
