import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { DynamoDBClient, PutItemCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { LocalCloud } from "@doorbell/local-cloud/start-local-cloud";

/** Parts of a multipart upload: what the local S3 takes in one request. */
const PART_BYTES = 8 * 1024 * 1024;

/** A message as it lies in a queue. */
export interface QueuedMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

/** The pipeline from outside: what goes in, and everything that came out, through the public APIs alone. */
export function openPipeline(cloud: LocalCloud) {
  const { environment, endpoint, region } = cloud;
  const nameOf = (variable: string) => environment[variable] ?? "";
  const credentials = { accessKeyId: nameOf("AWS_ACCESS_KEY_ID"), secretAccessKey: nameOf("AWS_SECRET_ACCESS_KEY") };
  const config = { endpoint, region, credentials };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const sqs = new SQSClient(config);
  const dynamodb = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(dynamodb);

  return {
    async upload(key: string, contents: Uint8Array | string): Promise<void> {
      const object = { Bucket: nameOf("UPLOADS_BUCKET"), Key: key };
      const bytes = Buffer.from(contents);
      if (bytes.length > PART_BYTES) return uploadInParts(s3, object, bytes);
      await s3.send(new PutObjectCommand({ ...object, Body: bytes }));
    },
    async send(body: string): Promise<void> {
      await sqs.send(new SendMessageCommand({ QueueUrl: nameOf("ORDERS_QUEUE_URL"), MessageBody: body }));
    },
    async putOrderItem(item: Record<string, AttributeValue>): Promise<void> {
      await dynamodb.send(new PutItemCommand({ TableName: nameOf("ORDERS_TABLE"), Item: item }));
    },
    /** Every item of the table that the variable names. */
    async items(variable: string): Promise<Record<string, unknown>[]> {
      const items: Record<string, unknown>[] = [];
      const pages = paginateScan({ client: documents }, { TableName: nameOf(variable), ConsistentRead: true });
      for await (const { Items = [] } of pages) items.push(...Items);
      return items;
    },
    /** Takes every message out of the queue that the variable names. */
    async take(variable: string): Promise<QueuedMessage[]> {
      const QueueUrl = nameOf(variable);
      const taken: QueuedMessage[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }),
        );
        if (Messages.length === 0) return taken;
        for (const { Body = "", MessageAttributes = {} } of Messages) {
          const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]);
          taken.push({ body: Body, attributes: Object.fromEntries(attributes) });
        }
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
    /** Every object of the bucket that the variable names, by key. */
    async objects(variable: string): Promise<Map<string, string>> {
      const Bucket = nameOf(variable);
      const found = new Map<string, string>();
      for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket }))
        for (const { Key = "" } of Contents) {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
          found.set(Key, (await Body?.transformToString()) ?? "");
        }
      return found;
    },
    close() {
      for (const client of [s3, sqs, dynamodb]) client.destroy();
    },
  };
}

export type Pipeline = ReturnType<typeof openPipeline>;

async function uploadInParts(s3: S3Client, object: { Bucket: string; Key: string }, bytes: Buffer): Promise<void> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(object));
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    const PartNumber = Parts.length + 1;
    const Body = bytes.subarray(at, at + PART_BYTES);
    const { ETag } = await s3.send(new UploadPartCommand({ ...object, UploadId, PartNumber, Body }));
    Parts.push({ PartNumber, ETag });
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }));
}
