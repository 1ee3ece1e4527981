import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { sentAtOf } from "@doorbell/aws-events/sqs";
import { awsClient } from "@doorbell/aws-client/aws-client";
import { hideInQueue, parkInQueue, queueHandler } from "@doorbell/batch/queue-handler";
import { dynamoItemStore } from "@doorbell/idempotency/dynamo-store";
import { PERSONAL_DATA_PATHS } from "@doorbell/event-contracts/personal-data";
import { createLogger } from "@doorbell/logger/logger";
import { sampling } from "@doorbell/logger/sampling";
import { applyOrders, parseDelivery } from "./apply-orders.ts";
import { env, environment, logSampleRate } from "./env.ts";
import { metrics } from "./metrics.ts";

const service = "order-queue";
const store = dynamoItemStore(awsClient(DynamoDBClient, {}));
const client = awsClient(SQSClient, {});

/** Answers the orders queue: every business event is applied to its order, exactly once. */
export const handler = queueHandler({
  log: createLogger({ service, environment, metrics, redact: PERSONAL_DATA_PATHS }),
  park: parkInQueue({ client, queueUrl: env.ORDERS_DLQ_URL, service }),
  backoff: { hide: hideInQueue({ client, queueUrl: env.ORDERS_QUEUE_URL }) },
  parseBody: parseDelivery,
  happenedAt: sentAtOf,
  handleBatch: applyOrders({ store, table: env.ORDERS_TABLE, isSampled: sampling(logSampleRate) }),
});
