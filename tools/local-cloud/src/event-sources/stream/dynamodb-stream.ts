import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard as SdkShard,
} from "@aws-sdk/client-dynamodb-streams";
import { currentEndpoint, type TablesService } from "../../emulators/dynamodb.ts";
import { SERVICE_IDENTITY } from "../../emulators/expired-records.ts";
import { LOCAL_CREDENTIALS } from "../../local-region.ts";
import { streamItem } from "./stream-event.ts";
import type { Shard, StreamSource } from "./stream-source.ts";

/** `GetRecords` gives 1,000 records at most. */
const PAGE_LIMIT = 1_000;

/** The latest stream of a table, read from DynamoDB Local itself, past the front endpoint. Calls end when `signal` aborts. */
export function openDynamoDbStream(options: {
  readonly tables: Pick<TablesService, "url" | "streamArn" | "toPublic" | "expired">;
  readonly tableName: string;
  readonly region: string;
  readonly signal: AbortSignal;
}): StreamSource {
  const { tables, tableName, region } = options;
  // The reader tries again itself, so that a lost iterator is not waited for.
  const client = new DynamoDBStreamsClient({
    endpoint: currentEndpoint(tables),
    region,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  // It makes a copy of every record for a log that nobody reads.
  client.middlewareStack.remove("loggerMiddleware");
  const send = { abortSignal: options.signal };
  let publicArn = "";
  let partitionKey = "";

  return {
    get publicArn() {
      return publicArn;
    },
    async shards() {
      const streamArn = await tables.streamArn(tableName);
      publicArn = tables.toPublic(streamArn);
      const shards: Shard[] = [];
      let from: string | undefined;
      do {
        const answer = await client.send(
          new DescribeStreamCommand({ StreamArn: streamArn, ExclusiveStartShardId: from }),
          send,
        );
        partitionKey =
          answer.StreamDescription?.KeySchema?.find(({ KeyType }) => KeyType === "HASH")?.AttributeName ?? "";
        for (const shard of answer.StreamDescription?.Shards ?? []) shards.push(...named(shard, streamArn));
        from = answer.StreamDescription?.LastEvaluatedShardId;
      } while (from !== undefined);
      return shards;
    },
    async iterator(shard, position) {
      const answer = await client.send(
        new GetShardIteratorCommand({
          StreamArn: shard.streamArn,
          ShardId: shard.id,
          ...(position.kind === "oldest"
            ? { ShardIteratorType: "TRIM_HORIZON" }
            : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: position.sequenceNumber }),
        }),
        send,
      );
      if (answer.ShardIterator === undefined)
        throw new Error(`DynamoDB Streams gave no iterator for shard ${shard.id}.`);
      return answer.ShardIterator;
    },
    async page(shard, iterator) {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE_LIMIT }), send);
      const facts = { streamArn: tables.toPublic(shard.streamArn), region, partitionKey };
      const arrivedAt = Date.now();
      const records = answer.Records ?? [];
      const removals = records.filter(({ eventName }) => eventName === "REMOVE");
      const expired = await tables.expired(removals.flatMap(({ eventID = "" }) => eventID));
      return {
        items: records.map((record) =>
          streamItem(
            expired.has(record.eventID ?? "") ? { ...record, userIdentity: SERVICE_IDENTITY } : record,
            facts,
            arrivedAt,
          ),
        ),
        ...(answer.NextShardIterator !== undefined && { next: answer.NextShardIterator }),
      };
    },
    close: () => client.destroy(),
  };
}

function named(shard: SdkShard, streamArn: string): Shard[] {
  if (shard.ShardId === undefined) return [];
  return [
    { id: shard.ShardId, streamArn, ...(shard.ParentShardId !== undefined && { parentId: shard.ParentShardId }) },
  ];
}
