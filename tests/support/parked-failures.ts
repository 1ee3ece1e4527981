import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { parkInBucket } from "@doorbell/batch/s3-parking";
import { parkInQueue } from "@doorbell/batch/sqs-parking";
import { sampleS3Record, sampleSqsRecord, sampleStreamRecord } from "@doorbell/aws-events/testing";
import { sampleOrder, sampleOrderPlaced } from "@doorbell/event-contracts/testing";

/** How many failures there are of each kind. */
export const EACH = 20;
/** Changes in a batch. */
const BATCH_SIZE = 2;

/** What the failures are of, by order key, so that an outcome can be held against it. */
export interface Parked {
  readonly orders: readonly string[];
  /** Changes of orders that are in the stream alone. */
  readonly changes: readonly string[];
  /** Parks three more that no repetition mends: twice another payload of an order that is stored, and a change without a version. */
  parkHopeless(): Promise<{ readonly order: string; readonly change: string }>;
  close(): void;
}

/**
 * Fills all three places with what a time of trouble leaves there: the causes are over, so each would succeed now. Parking is done by
 * the services' own code, receives are used up for real, and what Lambda writes is written as AWS does.
 */
export async function parkFailures(environment: Readonly<Record<string, string>>): Promise<Parked> {
  const name = (key: string): string => environment[key] ?? "";
  const config = {
    endpoint: name("AWS_ENDPOINT_URL"),
    region: name("AWS_REGION"),
    credentials: { accessKeyId: name("AWS_ACCESS_KEY_ID"), secretAccessKey: name("AWS_SECRET_ACCESS_KEY") },
  };
  const sqs = new SQSClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const lambda = new LambdaClient(config);
  const numbers = Array.from({ length: EACH }, (_, index) => index);

  let sequenceNumber = 400_000_000_000;
  const streamArn = `arn:aws:dynamodb:eu-central-2:000000000000:table/${name("ORDERS_TABLE")}/stream/latest`;

  /** The stream's record of an order that was placed. */
  function newOrderRecord(id: string, fields: object = { version: { N: "1" } }) {
    const keys = { id: { S: id } };
    sequenceNumber += 1;
    const image = { ...keys, ...fields, status: { S: "placed" } };
    return sampleStreamRecord(
      { Keys: keys, NewImage: image, OldImage: undefined, SequenceNumber: String(sequenceNumber) },
      { eventID: `stream-event-of-${id}`, eventName: "INSERT", eventSourceARN: streamArn },
    );
  }

  async function rejectOrders(): Promise<string[]> {
    const park = parkInQueue({ client: sqs, queueUrl: name("ORDERS_DLQ_URL"), service: "order-queue" });
    const ids = numbers.map((number) => `rejected-${number}`);
    for (const [number, orderId] of ids.entries()) {
      const body = JSON.stringify(sampleOrderPlaced({ orderId }));
      const messageAttributes = { partner: { dataType: "String", stringValue: `partner ${number}` } };
      const raw = sampleSqsRecord({ messageId: `original-${number}`, body, messageAttributes });
      await park({ id: raw.messageId, raw }, "The event's version is not one that this release reads");
    }
    return ids;
  }

  async function exhaustOrders(): Promise<string[]> {
    const ids = numbers.map((number) => `exhausted-${number}`);
    const queueUrl = name("ORDERS_QUEUE_URL");
    await withoutDeliveries(async () => {
      for (let from = 0; from < ids.length; from += 10)
        await sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: ids.slice(from, from + 10).map((orderId) => ({
              Id: orderId,
              MessageBody: JSON.stringify(sampleOrderPlaced({ orderId })),
            })),
          }),
        );
      // What a crashing function does: every receive ends without a delete.
      const receive = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
      while (!(await isEmpty(queueUrl))) await sqs.send(new ReceiveMessageCommand(receive));
    });
    return ids;
  }

  async function withoutDeliveries(work: () => Promise<void>): Promise<void> {
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
    const UUID = EventSourceMappings.find(({ EventSourceArn }) => EventSourceArn?.includes(":sqs:"))?.UUID;
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    await work();
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
  }

  async function isEmpty(queueUrl: string): Promise<boolean> {
    const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
    );
    return names.every((each) => Attributes?.[each] === "0");
  }

  async function rejectChanges(): Promise<string[]> {
    const park = parkInBucket({ client: s3, bucket: name("FAILURES_BUCKET"), service: "change-audit" });
    const ids = numbers.map((number) => `change-${number}`);
    for (const id of ids) {
      const raw = newOrderRecord(id);
      await park(
        { id: raw.dynamodb.SequenceNumber, raw },
        "DynamoDB calls the item not valid; one over 400 KB is (ValidationError)",
      );
    }
    return ids;
  }

  async function exhaustBatches(): Promise<string[]> {
    const batches = numbers.map((number) => Array.from({ length: BATCH_SIZE }, (_, at) => `batch-${number}-${at}`));
    for (const [number, ids] of batches.entries()) {
      const records = ids.map((id) => newOrderRecord(id));
      await s3.send(
        new PutObjectCommand({
          Bucket: name("FAILURES_BUCKET"),
          Key: `aws/lambda/5a0f3f9b-mapping/shardId-00000001/2024/03/01/2024-03-01T08.31.00-${number}`,
          Body: JSON.stringify({
            requestContext: {
              requestId: `request-${number}`,
              functionArn: "arn:aws:lambda:eu-central-2:000000000000:function:doorbell-local-change-audit",
              condition: "RetryAttemptsExhausted",
              approximateInvokeCount: 11,
            },
            responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
            version: "1.0",
            timestamp: "2024-03-01T08:31:00.000Z",
            DDBStreamBatchInfo: {
              shardId: "shardId-00000001",
              startSequenceNumber: records[0]?.dynamodb.SequenceNumber,
              endSequenceNumber: records.at(-1)?.dynamodb.SequenceNumber,
              approximateArrivalOfFirstRecord: "2024-03-01T08:30:00Z",
              approximateArrivalOfLastRecord: "2024-03-01T08:30:00Z",
              batchSize: records.length,
              streamArn: records[0]?.eventSourceARN,
            },
            payload: JSON.stringify({ Records: records }),
          }),
        }),
      );
    }
    return batches.flat();
  }

  async function exhaustUploads(): Promise<string[]> {
    const ids = numbers.map((number) => `uploaded-${number}`);
    for (const [number, orderId] of ids.entries()) {
      const key = `partner files/${number}.ndjson`;
      const { ETag } = await s3.send(
        new PutObjectCommand({
          Bucket: name("UPLOADS_BUCKET"),
          Key: key,
          Body: `${JSON.stringify(sampleOrder({ orderId }))}\n`,
        }),
      );
      const object = { key: key.replaceAll(" ", "+"), eTag: ETag?.replaceAll('"', "") };
      const sample = sampleS3Record(object);
      const s3Part = { ...sample.s3, bucket: { ...sample.s3.bucket, name: name("UPLOADS_BUCKET") } };
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: name("UPLOAD_FAILURES_QUEUE_URL"),
          MessageBody: JSON.stringify({
            version: "1.0",
            timestamp: "2024-03-01T08:34:00.000Z",
            requestContext: {
              requestId: `upload-request-${number}`,
              functionArn: "arn:aws:lambda:eu-central-2:000000000000:function:doorbell-local-upload-ingest:$LATEST",
              condition: "RetriesExhausted",
              approximateInvokeCount: 3,
            },
            requestPayload: { Records: [{ ...sample, s3: s3Part }] },
            responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
            responsePayload: { errorType: "ResourceNotFoundException", errorMessage: "Requested resource not found" },
          }),
        }),
      );
    }
    return ids;
  }

  return {
    orders: [
      ...[...(await exhaustOrders()), ...(await rejectOrders())].map((id) => `shop.example/${id}`),
      ...(await exhaustUploads()).map((id) => `partner%20files/${id}`),
    ],
    changes: [...(await rejectChanges()), ...(await exhaustBatches())],
    parkHopeless: async () => {
      const orderId = "rejected-0";
      const body = JSON.stringify(sampleOrderPlaced({ orderId, currency: "CHF" }, { id: "another-event" }));
      const park = parkInQueue({ client: sqs, queueUrl: name("ORDERS_DLQ_URL"), service: "order-queue" });
      for (const messageId of ["hopeless", "its twin"])
        await park({ id: messageId, raw: sampleSqsRecord({ messageId, body }) }, "The order is not taken");
      const change = "hopeless-change";
      const record = newOrderRecord(change, {});
      const parkChange = parkInBucket({ client: s3, bucket: name("FAILURES_BUCKET"), service: "change-audit" });
      await parkChange({ id: record.dynamodb.SequenceNumber, raw: record }, "The change is not taken");
      return { order: `shop.example/${orderId}`, change };
    },
    close: () => {
      for (const client of [sqs, s3, lambda]) client.destroy();
    },
  };
}
