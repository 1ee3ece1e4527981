import { inlinePermissions } from "@doorbell/idempotency/permissions";
import { alarm } from "./alarm.ts";
import { countedBy } from "./metrics.ts";
import { queueService } from "./queue-service.ts";
import { settingsOf } from "./stage.ts";
import { tableWrites } from "./table-writes.ts";
import { workQueue } from "./work-queue.ts";

// In `sst dev` the handler runs on a laptop, where somebody may be thinking at a breakpoint.
const timeoutSeconds = $dev ? 15 * 60 : 30;

const { orderQueueScaling, logSampleRate } = settingsOf($app.stage);

/** Business events on their way to `order-queue`, and those that failed too often or can never succeed. */
export const { queue: orders, dlq: ordersDlq } = workQueue("Orders", { timeoutSeconds });

/** One item an order, under its partner and its id as one text: partners number alike. Every change goes to the stream with both images, which the audit trail is made of. */
export const ordersTable = new sst.aws.Dynamo("OrdersTable", {
  fields: { id: "string" },
  primaryIndex: { hashKey: "id" },
  stream: "new-and-old-images",
  deletionProtection: $app.protect,
  transform: tableWrites("orders"),
});

/**
 * Applies orders and cancellations. A batch of ten takes one DynamoDB call, three at worst, so 30 seconds leave room for
 * every retry of the SDK; 512 MB buy the processor share that keeps a cold start short, not the memory. How many
 * environments settle how many orders a second, docs/scale.md tells; more would only compete with the other functions of the account.
 */
queueService("order-queue", {
  description: "Applies order events to the orders table",
  queue: orders,
  dlq: ordersDlq,
  scaling: orderQueueScaling,
  timeout: `${timeoutSeconds} seconds`,
  memory: "512 MB",
  tables: [ordersTable],
  environment: {
    ORDERS_TABLE: ordersTable.name,
    ORDERS_QUEUE_URL: orders.url,
    ORDERS_DLQ_URL: ordersDlq.url,
    LOG_SAMPLE_RATE: `${logSampleRate}`,
  },
  permissions: inlinePermissions(ordersTable.arn),
});

// Over a day: an order and its cancellation that come in the wrong order are minutes apart at most.
alarm("order-queue", "cancellations-waiting", {
  says: "A cancellation still waits for its order.",
  metric: {
    expression: "FILL(waiting, 0) - FILL(matched, 0)",
    of: {
      waiting: countedBy("order-queue", "CancellationsWaiting"),
      matched: countedBy("order-queue", "CancellationsMatched"),
    },
  },
  statistic: "Sum",
  atLeast: 1,
  minutes: 24 * 60,
});

export const names = { ORDERS_QUEUE_URL: orders.url, ORDERS_DLQ_URL: ordersDlq.url, ORDERS_TABLE: ordersTable.name };
