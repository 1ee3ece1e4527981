import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createTable } from "./emulators/create-table.ts";
import { startDynamoDbLocal } from "./emulators/dynamodb-local.ts";
import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS, LOCAL_REGION } from "./local-region.ts";
import type { KeyAttribute, StreamView } from "./graph/graph.ts";

/** A table for a test; a key given by name alone is of type S. */
export interface TestTable {
  readonly name: string;
  readonly hash: string | KeyAttribute;
  readonly range?: string | KeyAttribute;
  readonly streamView?: StreamView;
}

/** Running tables. */
export interface TestTables {
  /** DynamoDB Local's own URL. */
  readonly endpoint: string;
  /** For `new DynamoDBClient(…)`. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Ends DynamoDB Local; nothing is left of it. */
  stop(): Promise<void>;
}

/**
 * Tables alone, in a DynamoDB Local of their own, in memory, for the tests of other packages. Ready in about 2 s.
 *
 *     const tables = await startTables([{ name: "items", hash: "id" }]);
 *     const client = new DynamoDBClient(tables.clientConfig);
 *
 * @throws JavaMissing, DynamoDbLocalFailed
 */
export async function startTables(tables: readonly TestTable[]): Promise<TestTables> {
  const dynamodb = await startDynamoDbLocal();
  const clientConfig = { endpoint: dynamodb.url, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS };
  const client = new DynamoDBClient(clientConfig);
  try {
    await Promise.all(
      tables.map(({ name, hash, range, streamView }) =>
        createTable(client, {
          name,
          arn: `arn:aws:dynamodb:${LOCAL_REGION}:${LOCAL_ACCOUNT}:table/${name}`,
          component: name,
          hash: keyOf(hash),
          ...(range !== undefined && { range: keyOf(range) }),
          ...(streamView !== undefined && { streamView }),
          globalIndexes: [],
          localIndexes: [],
        }),
      ),
    );
  } catch (error) {
    await dynamodb.stop();
    throw error;
  } finally {
    client.destroy();
  }
  return { endpoint: dynamodb.url, clientConfig, stop: () => dynamodb.stop() };
}

function keyOf(key: string | KeyAttribute): KeyAttribute {
  return typeof key === "string" ? { name: key, type: "S" } : key;
}
