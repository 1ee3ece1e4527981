import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import type { CreateTableCommandInput, DynamoDBClient, KeySchemaElement } from "@aws-sdk/client-dynamodb";
import type { IndexDefinition, KeyAttribute, TableDefinition } from "../graph/graph.ts";

/** Creates a table with its indexes, stream and time to live; a table that is there already is left as it is. */
export async function createTable(client: DynamoDBClient, table: TableDefinition): Promise<void> {
  try {
    await client.send(new CreateTableCommand(inputOf(table)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName: table.name });
  if (table.ttlAttribute !== undefined) await enableTimeToLive(client, table.name, table.ttlAttribute);
}

async function enableTimeToLive(client: DynamoDBClient, table: string, attribute: string): Promise<void> {
  const { TimeToLiveDescription: current } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  // Enabling it twice is an error on AWS and on DynamoDB Local.
  if (current?.TimeToLiveStatus === "ENABLED") return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: table,
      TimeToLiveSpecification: { AttributeName: attribute, Enabled: true },
    }),
  );
}

function inputOf(table: TableDefinition): CreateTableCommandInput {
  const indexes = [...table.globalIndexes, ...table.localIndexes];
  const attributes = new Map(
    [table, ...indexes]
      .flatMap(({ hash, range }) => (range === undefined ? [hash] : [hash, range]))
      .map((key) => [key.name, key.type]),
  );
  return {
    TableName: table.name,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: keySchema(table),
    AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    ...(table.globalIndexes.length > 0 && { GlobalSecondaryIndexes: table.globalIndexes.map(indexInput) }),
    ...(table.localIndexes.length > 0 && { LocalSecondaryIndexes: table.localIndexes.map(indexInput) }),
    ...(table.streamView !== undefined && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: table.streamView },
    }),
  };
}

function indexInput(index: IndexDefinition) {
  return {
    IndexName: index.name,
    KeySchema: keySchema(index),
    Projection: {
      ProjectionType: index.projection,
      ...(index.nonKeyAttributes.length > 0 && { NonKeyAttributes: [...index.nonKeyAttributes] }),
    },
  };
}

function keySchema(keys: { readonly hash: KeyAttribute; readonly range?: KeyAttribute }): KeySchemaElement[] {
  return [
    { AttributeName: keys.hash.name, KeyType: "HASH" },
    ...(keys.range === undefined ? [] : [{ AttributeName: keys.range.name, KeyType: "RANGE" as const }]),
  ];
}
