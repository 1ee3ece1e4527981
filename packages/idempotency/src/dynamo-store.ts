import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Clock, systemClock } from "./clock.ts";
import { dynamoRead } from "./dynamo-read.ts";
import { dynamoTransact } from "./dynamo-transact.ts";
import { dynamoWrite } from "./dynamo-write.ts";
import type { ItemStore, Store } from "./store.ts";

/** For the pauses between reads of what DynamoDB left unread. */
interface DynamoStoreOptions {
  readonly clock?: Clock;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random?: () => number;
}

/**
 * The store on DynamoDB, over the client that it is given; its retries and time-outs are that client's.
 *
 * `write` is BatchExecuteStatement (one write unit a KB, each statement by itself, one whose condition failed counted too), `read` is
 * BatchGetItem with consistent reads (one read unit per 4 KB), `transact` is TransactWriteItems (twice the write units).
 * What the role needs, `permissions.ts` says for each strategy.
 */
export function dynamoStore(client: DynamoDBClient, options?: DynamoStoreOptions): Store {
  return { ...dynamoItemStore(client, options), transact: dynamoTransact(client) };
}

/** The same without transactions, for a service whose bundle needs none: the inline strategy. */
export function dynamoItemStore(
  client: DynamoDBClient,
  { clock = systemClock, random = Math.random }: DynamoStoreOptions = {},
): ItemStore {
  return { write: dynamoWrite(client), read: dynamoRead(client, { clock, random }) };
}
