// The job of order-queue for new orders, written with Powertools for AWS Lambda as its documentation writes it: the batch
// processor with the parser, and the function that takes one record made idempotent by the order's id.
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { parser } from "@aws-lambda-powertools/batch/parser";
import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { Logger } from "@aws-lambda-powertools/logger";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Context } from "aws-lambda";
import type { Batch } from "./batches.ts";
import { z } from "zod";

const logger = new Logger({ serviceName: "order-queue" });
const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
});

const amount = z.string().regex(/^\d{1,15}(\.\d{1,4})?$/);
const orderPlaced = z.object({
  specversion: z.literal("1.0"),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.literal("doorbell.order.placed.v1"),
  subject: z.string().min(1),
  time: z.iso.datetime(),
  correlationid: z.string().optional(),
  data: z.object({
    orderId: z.string().min(1),
    orderedOn: z.iso.date(),
    shippedOn: z.iso.date().optional(),
    shipMode: z.string().optional(),
    customer: z.object({ id: z.string().min(1), name: z.string().min(1), segment: z.string().optional() }),
    shipTo: z.record(z.string(), z.string()).optional(),
    currency: z.string().length(3),
    lines: z
      .array(
        z.object({
          productId: z.string().min(1),
          productName: z.string().optional(),
          category: z.string().optional(),
          quantity: z.int().min(1),
          amount,
        }),
      )
      .min(1)
      .max(500),
    total: amount,
  }),
});
type OrderPlaced = z.infer<typeof orderPlaced>;

const config = new IdempotencyConfig({ eventKeyJmesPath: "body.subject", throwOnNoIdempotencyKey: true });
const processor = new BatchProcessor(EventType.SQS, { parser, innerSchema: orderPlaced, transformer: "json", logger });

async function processOrder(record: { messageId: string; body: OrderPlaced }): Promise<{ orderId: string }> {
  const { id, correlationid = id, time, data } = record.body;
  const { orderId, ...order } = data;
  const placed = { ...order, eventId: id, correlationId: correlationid, placedAt: time };
  const item = { id: orderId, version: 1, status: "placed", placed };
  await documents.send(new PutCommand({ TableName: process.env["ORDERS_TABLE"], Item: item }));
  logger.info("order event", { messageId: record.messageId, eventId: id, orderId, correlationId: correlationid });
  return { orderId };
}

const processIdempotently = makeIdempotent(processOrder, {
  persistenceStore: new DynamoDBPersistenceLayer({ tableName: process.env["IDEMPOTENCY_TABLE"] ?? "" }),
  config,
});

/** Answers the orders queue. */
export const handler = async (event: Batch, context: Context) => {
  config.registerLambdaContext(context);
  return processPartialResponse({ Records: [...event.Records] }, processIdempotently, processor, { context });
};
