import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { awsClient } from "@doorbell/aws-client/aws-client";
import { dynamoItemStore } from "./dynamo-store.ts";
import { createLease, type Lease, type LeaseOptions } from "./lease.ts";

/**
 * The lease strategy on DynamoDB, with a client of its own unless one is given: see `createLease` for what it guarantees
 * and costs. Make it once, outside of the handler, and hand it to a handler of `@doorbell/batch`:
 *
 *     once: { by: dynamoLease({ table, leaseMs: 30_000, ttlSeconds: 7 * 86_400 }), keyOf, payloadOf },
 */
export function dynamoLease({
  client = awsClient(DynamoDBClient, {}),
  ...options
}: Omit<LeaseOptions, "store"> & { readonly client?: DynamoDBClient }): Lease {
  return createLease({ ...options, store: dynamoItemStore(client) });
}
