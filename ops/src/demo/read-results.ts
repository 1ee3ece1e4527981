import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";

const orderSchema = v.looseObject({
  id: v.string(),
  version: v.number(),
  status: v.string(),
  placed: v.looseObject({ total: v.string(), lines: v.array(v.unknown()) }),
});
const auditSchema = v.looseObject({ orderKey: v.string(), version: v.number() });
const receiptSchema = v.looseObject({
  key: v.string(),
  status: v.string(),
  lines: v.number(),
  orders: v.number(),
  rejectedLines: v.number(),
  rejectsKey: v.optional(v.string()),
});
const rejectSchema = v.looseObject({
  line: v.number(),
  reasons: v.array(v.looseObject({ path: v.string(), expected: v.string(), received: v.string() })),
});
const environmentSchema = v.object({
  AWS_ENDPOINT_URL: v.string(),
  AWS_REGION: v.string(),
  AWS_ACCESS_KEY_ID: v.string(),
  AWS_SECRET_ACCESS_KEY: v.string(),
  UPLOADS_BUCKET: v.string(),
  REJECTS_BUCKET: v.string(),
  FAILURES_BUCKET: v.string(),
  ORDERS_TABLE: v.string(),
  AUDIT_TABLE: v.string(),
  UPLOADS_TABLE: v.string(),
  ORDERS_DLQ_URL: v.string(),
  UPLOAD_FAILURES_QUEUE_URL: v.string(),
});

export type StoredOrder = v.InferOutput<typeof orderSchema>;
export type StoredAuditEntry = v.InferOutput<typeof auditSchema>;
export type Receipt = v.InferOutput<typeof receiptSchema>;
export type Reject = v.InferOutput<typeof rejectSchema>;

/** The pipeline as a foreign client sees it: through the public APIs of S3, SQS and DynamoDB alone. */
export interface Results {
  upload(key: string, body: Uint8Array | string): Promise<void>;
  /** Every order as it is stored, by its key. */
  orders(): Promise<Map<string, StoredOrder>>;
  auditEntries(): Promise<StoredAuditEntry[]>;
  /** The receipt of the latest upload under a key; undefined when there is none. */
  receipt(uploadKey: string): Promise<Receipt | undefined>;
  rejects(rejectsKey: string): Promise<Reject[]>;
  /** How much lies in each place where failures end. */
  failures(): Promise<{ readonly name: string; readonly count: number }[]>;
  close(): void;
}

/** Opens clients on a local cloud's environment, as `doorbell env` prints it. */
export function openResults(environment: unknown): Results {
  const names = v.parse(environmentSchema, environment);
  const config = {
    endpoint: names.AWS_ENDPOINT_URL,
    region: names.AWS_REGION,
    credentials: { accessKeyId: names.AWS_ACCESS_KEY_ID, secretAccessKey: names.AWS_SECRET_ACCESS_KEY },
  };
  const dynamodb = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(dynamodb);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const sqs = new SQSClient(config);

  async function scan<Item>(table: string, schema: v.GenericSchema<unknown, Item>): Promise<Item[]> {
    const items: Item[] = [];
    for await (const page of paginateScan({ client: documents }, { TableName: table, ConsistentRead: true }))
      for (const item of page.Items ?? []) items.push(v.parse(schema, item));
    return items;
  }

  async function messagesIn(name: string, url: string): Promise<{ name: string; count: number }> {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["ApproximateNumberOfMessages"] }),
    );
    return { name, count: Number(Attributes?.["ApproximateNumberOfMessages"]) };
  }

  return {
    upload: async (key, body) => {
      await s3.send(new PutObjectCommand({ Bucket: names.UPLOADS_BUCKET, Key: key, Body: body }));
    },
    orders: async () => new Map((await scan(names.ORDERS_TABLE, orderSchema)).map((order) => [order.id, order])),
    auditEntries: () => scan(names.AUDIT_TABLE, auditSchema),
    receipt: async (uploadKey) =>
      (await scan(names.UPLOADS_TABLE, receiptSchema)).findLast(({ key }) => key === uploadKey),
    rejects: async (rejectsKey) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: names.REJECTS_BUCKET, Key: rejectsKey }));
      const lines = (await Body?.transformToString("utf8"))?.split("\n") ?? [];
      return lines.filter((line) => line !== "").map((line) => v.parse(rejectSchema, JSON.parse(line)));
    },
    failures: async () => [
      await messagesIn("the orders DLQ", names.ORDERS_DLQ_URL),
      await messagesIn("the queue of failed uploads", names.UPLOAD_FAILURES_QUEUE_URL),
      {
        name: "the failures bucket",
        count: (await s3.send(new ListObjectsV2Command({ Bucket: names.FAILURES_BUCKET }))).KeyCount ?? 0,
      },
    ],
    close: () => {
      dynamodb.destroy();
      s3.destroy();
      sqs.destroy();
    },
  };
}
