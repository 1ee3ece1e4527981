import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { queueHandler } from "@doorbell/batch/queue-handler";
import { parkInQueue } from "@doorbell/batch/sqs-parking";
import { parseSqsEvent, sentAtOf } from "@doorbell/aws-events/sqs";
import { dynamoItemStore } from "@doorbell/idempotency/dynamo-store";
import { PERSONAL_DATA_PATHS } from "@doorbell/event-contracts/personal-data";
import { createLogger } from "@doorbell/logger/logger";
import { applyOrders } from "./apply-orders.ts";
import { env, environment } from "./env.ts";
import { metrics } from "./metrics.ts";

const service = "order-queue";

/** A call that hangs must leave time for another one; without the flag the SDK only warns. */
const dynamodb = new DynamoDBClient({
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
});
// The SDK's own logger walks through every item of a call though nobody listens: a fifth of this service's processor time.
dynamodb.middlewareStack.remove("loggerMiddleware");

/** Answers the orders queue: every business event is applied to its order, exactly once. */
export const handler = queueHandler({
  parse: parseSqsEvent,
  log: createLogger({ service, environment, metrics, redact: PERSONAL_DATA_PATHS }),
  park: parkInQueue({ client: new SQSClient(), queueUrl: env.ORDERS_DLQ_URL, service }),
  happenedAt: sentAtOf,
  handleBatch: applyOrders({ store: dynamoItemStore(dynamodb), table: env.ORDERS_TABLE }),
});
