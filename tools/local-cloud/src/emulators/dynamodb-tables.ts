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
  /** Tells the listeners that something was written. */
  written(): void;
  /** The reverse of `toPublic`, for ARNs in requests. */
  toLocal(text: string): string;
  close(): void;
}

/** DynamoDB Local's only region. */
const OWN_REGION = "ddblocal";

/** The tables over a DynamoDB Local, whose URL may change; those that are not there yet are created. */
export async function createTables(options: {
  readonly dynamodb: { readonly url: string };
  readonly region: string;
  readonly definitions: readonly TableDefinition[];
  readonly expired: Pick<ExpiredRecords, "among">;
}): Promise<Tables> {
  const { dynamodb, region, definitions } = options;
  const client = new DynamoDBClient({ endpoint: currentEndpoint(dynamodb), region, credentials: LOCAL_CREDENTIALS });
  const listeners = new Set<() => void>();
  await Promise.all(definitions.map((definition) => createTable(client, definition)));
  return {
    get url() {
      return dynamodb.url;
    },
    onWrite(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    written() {
      for (const listener of listeners) listener();
    },
    async streamArn(tableName) {
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
