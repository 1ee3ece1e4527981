import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { type Receipt, ReceiptFenced, type Receipts } from "./receipts.ts";

const receiptSchema: v.GenericSchema<unknown, Receipt> = v.object({
  id: v.string(),
  correlationId: v.string(),
  bucket: v.string(),
  key: v.string(),
  partner: v.string(),
  eTag: v.exactOptional(v.string()),
  versionId: v.exactOptional(v.string()),
  size: v.exactOptional(v.number()),
  eventTime: v.string(),
  status: v.picklist(["processing", "done", "refused", "incomplete"]),
  reason: v.exactOptional(v.string()),
  format: v.exactOptional(v.picklist(["csv", "ndjson"])),
  lines: v.number(),
  orders: v.number(),
  rejectedLines: v.number(),
  rejectsKey: v.exactOptional(v.string()),
  sha256: v.exactOptional(v.string()),
  checkpoint: v.number(),
  fence: v.number(),
});

/** Keeps receipts in a DynamoDB table with the partition key `id`. Needs `dynamodb:GetItem` and `dynamodb:PutItem`. */
export function dynamoReceipts(client: DynamoDBDocumentClient, table: string): Receipts {
  return {
    async find(id) {
      const { Item } = await client.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }));
      return Item === undefined ? undefined : v.parse(receiptSchema, Item);
    },
    async save(receipt) {
      const { id: uploadId, fence } = receipt;
      const isNotOlder = "attribute_not_exists(id) OR fence <= :fence";
      try {
        await client.send(
          new PutCommand({
            TableName: table,
            Item: receipt,
            ConditionExpression: isNotOlder,
            ExpressionAttributeValues: { ":fence": fence },
          }),
        );
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException)
          throw new ReceiptFenced({ uploadId, fence, cause: error });
        throw error;
      }
    },
  };
}
