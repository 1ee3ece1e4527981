import { service } from "./service.ts";

// In `sst dev` the handler runs on a laptop, where somebody may be thinking at a breakpoint.
const timeoutSeconds = $dev ? 15 * 60 : 30;
const batchWindowSeconds = 0;

/**
 * Where messages end that failed five times or can never succeed. They keep their original send time when they move
 * here, so this queue must keep messages for longer than the queue they come from: 14 days, the longest there is.
 */
export const ordersDlq = new sst.aws.Queue("OrdersDlq", {
  transform: { queue: { messageRetentionSeconds: 14 * 24 * 3600, sqsManagedSseEnabled: true } },
});

/**
 * Business events on their way to `order-queue`.
 *
 * The visibility timeout is six times the function's, plus the batching window, as AWS advises: a throttled batch is
 * retried within it and is not handed to a second environment meanwhile. Five receives, since SQS counts a receive for
 * a throttled invocation too.
 */
export const orders = new sst.aws.Queue("Orders", {
  visibilityTimeout: `${6 * timeoutSeconds + batchWindowSeconds} seconds`,
  dlq: { queue: ordersDlq.arn, retry: 5 },
  transform: { queue: { messageRetentionSeconds: 4 * 24 * 3600, sqsManagedSseEnabled: true } },
});

// The DLQ takes messages from this queue alone, and may be redriven to it.
// oxlint-disable-next-line no-new -- making it is all there is to it
new aws.sqs.RedriveAllowPolicy("OrdersDlqRedrive", {
  queueUrl: ordersDlq.url,
  redriveAllowPolicy: $jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: [orders.arn] }),
});

/** One item an order; every change goes to the stream with both images, which the audit trail is made of. */
export const ordersTable = new sst.aws.Dynamo("OrdersTable", {
  fields: { id: "string" },
  primaryIndex: { hashKey: "id" },
  stream: "new-and-old-images",
  deletionProtection: $app.protect,
});

/**
 * Applies orders and cancellations. A batch of ten takes one DynamoDB call, three at worst, so 30 seconds leave room for
 * every retry of the SDK; 512 MB buy the processor share that keeps a cold start short, not the memory.
 */
export const orderQueue = service("OrderQueue", "order-queue", {
  description: "Applies order events to the orders table",
  timeout: `${timeoutSeconds} seconds`,
  memory: "512 MB",
  environment: { ORDERS_TABLE: ordersTable.name, ORDERS_DLQ_URL: ordersDlq.url },
  permissions: [
    {
      actions: ["dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:BatchGetItem"],
      resources: [ordersTable.arn],
    },
    { actions: ["sqs:SendMessage"], resources: [ordersDlq.arn] },
    // What Lambda's pollers do in the function's name.
    { actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], resources: [orders.arn] },
  ],
});

orders.subscribe(orderQueue.arn, {
  batch: { size: 10, window: `${batchWindowSeconds} seconds`, partialResponses: true },
  transform: {
    // At 10 ms a call ten environments settle about 10,000 orders a second; more would only compete with the other
    // functions of the account. Set here and not as reserved concurrency, which would burn receives by throttling.
    eventSourceMapping: { scalingConfig: { maximumConcurrency: 10 } },
  },
});
