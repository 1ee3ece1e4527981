import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import * as v from "valibot";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cancelledEvent, placedEvent } from "./order-events.ts";
import { type RunningCloud, startCloud } from "./running-cloud.ts";

let cloud: RunningCloud;
let dynamodb: DynamoDBClient;
let s3: S3Client;
let sqs: SQSClient;

const INTACT_ORDERS = 60;
const verificationSchema = v.object({
  orders: v.number(),
  entries: v.number(),
  complete: v.boolean(),
  findings: v.array(
    v.object({ orderId: v.string(), kind: v.string(), versions: v.array(v.number()), says: v.string() }),
  ),
});

beforeAll(async () => {
  cloud = await startCloud();
  const config = {
    endpoint: cloud.endpoint,
    region: cloud.environment["AWS_REGION"] ?? "",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  dynamodb = new DynamoDBClient(config);
  s3 = new S3Client({ ...config, forcePathStyle: true });
  sqs = new SQSClient(config);
}, 60_000);

afterAll(async () => {
  for (const client of [dynamodb, s3, sqs]) client?.destroy();
  if (cloud?.child.exitCode === null) await cloud.interrupt();
}, 30_000);

const named = (name: string) => cloud.environment[name] ?? "";
const keyOf = (orderId: string, version: number) => ({ orderId: { S: orderId }, version: { N: String(version) } });

/** A tampering with the trail of the order of its own name, which was placed and then cancelled, and what is to be said of it. */
const tamperings: readonly {
  readonly name: string;
  readonly tamper: (orderId: string) => Promise<unknown>;
  readonly kind: string;
  readonly versions: readonly number[];
}[] = [
  { name: "first-deleted", tamper: (id) => remove(id, 1), kind: "missing", versions: [1] },
  { name: "tail-cut", tamper: (id) => remove(id, 2), kind: "tail cut", versions: [2] },
  {
    name: "all-deleted",
    tamper: (id) => Promise.all([remove(id, 1), remove(id, 2)]),
    kind: "missing",
    versions: [1, 2],
  },
  {
    name: "value-altered",
    tamper: async (id) => put({ ...(await entry(id, 2)), changes: { L: [] } }),
    kind: "altered",
    versions: [2],
  },
  {
    name: "digest-altered",
    tamper: async (id) => put({ ...(await entry(id, 1)), after: { S: "0".repeat(64) } }),
    kind: "altered",
    versions: [1],
  },
  {
    name: "story-altered",
    tamper: async (id) => put({ ...(await entry(id, 1)), correlationId: { S: "another story" } }),
    kind: "altered",
    versions: [1],
  },
  {
    name: "swapped",
    tamper: async (id) => {
      const [first, second] = [await entry(id, 1), await entry(id, 2)];
      await put({ ...first, ...keyOf(id, 2) });
      await put({ ...second, ...keyOf(id, 1) });
    },
    kind: "swapped",
    versions: [1, 2],
  },
  {
    name: "foreign-added",
    tamper: async (id) => put({ ...(await entry(id, 2)), ...keyOf(id, 3) }),
    kind: "foreign",
    versions: [3],
  },
  {
    name: "another-order-in-place",
    tamper: async (id) => put({ ...(await entry("order-0", 1)), ...keyOf(id, 1) }),
    kind: "foreign",
    versions: [1],
  },
  {
    name: "order-changed-in-secret",
    tamper: (id) =>
      dynamodb.send(
        new UpdateItemCommand({
          TableName: named("ORDERS_TABLE"),
          Key: { id: { S: id } },
          UpdateExpression: "SET #status = :placed",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: { ":placed": { S: "placed" } },
        }),
      ),
    kind: "diverged",
    versions: [2],
  },
  {
    name: "change-given-up",
    tamper: async (id) => {
      await failuresObject(await order(id));
      await remove(id, 2);
    },
    kind: "late",
    versions: [2],
  },
];

it("a pipeline left alone is verified, and every tampering is found and named", async () => {
  const orderIds = [
    ...Array.from({ length: INTACT_ORDERS }, (_, index) => `order-${index}`),
    ...tamperings.map(({ name }) => name),
    "deleted-as-it-should-be",
  ];
  await send(orderIds.map((id) => placedEvent(id).body));
  await cloud.doorbell("wait", "--idle", "--timeout", "60");
  await send(orderIds.slice(INTACT_ORDERS).map((id) => cancelledEvent(id).body));
  await cloud.doorbell("wait", "--idle", "--timeout", "60");
  await dynamodb.send(
    new DeleteItemCommand({ TableName: named("ORDERS_TABLE"), Key: { id: { S: "deleted-as-it-should-be" } } }),
  );
  await cloud.doorbell("wait", "--idle", "--timeout", "60");
  const entries = INTACT_ORDERS + 2 * tamperings.length + 3;
  expect(await cloud.doorbell("audit", "verify")).toMatch(
    new RegExp(`^Verified ${orderIds.length - 1} orders and ${entries} entries .*: every change is recorded`),
  );

  for (const { name, tamper } of tamperings) await tamper(name);
  await put({ ...(await entry("order-1", 1)), ...keyOf("no-such-order", 1) });
  await cloud.doorbell("wait", "--idle", "--timeout", "60");

  const failed = await verifyFailing("--json", "--grace", "0.1");
  const { findings, complete } = v.parse(verificationSchema, JSON.parse(failed.stdout));
  expect(complete).toBe(true);
  expect(findings.map(({ orderId, kind, versions }) => ({ orderId, kind, versions }))).toEqual(
    [
      ...tamperings.map(({ name, kind, versions }) => ({ orderId: name, kind, versions })),
      { orderId: "no-such-order", kind: "foreign", versions: [1] },
    ].toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1)),
  );
  expect(failed.stdout).not.toContain("Ada Example");
  const table = await verifyFailing("--grace", "0.1");
  expect(table.stdout).toMatch(/swapped +v1, v2 +swapped/);
}, 60_000);

/** Runs the command, which must end with exit status 1. */
async function verifyFailing(...options: string[]): Promise<{ stdout: string }> {
  const failure: unknown = await cloud.doorbell("audit", "verify", ...options).then(
    () => undefined,
    (error: unknown) => error,
  );
  return v.parse(v.object({ code: v.literal(1), stdout: v.string() }), failure);
}

async function send(bodies: readonly string[]): Promise<void> {
  for (let from = 0; from < bodies.length; from += 10) {
    const Entries = bodies.slice(from, from + 10).map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    const { Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: named("ORDERS_QUEUE_URL"), Entries }));
    expect(Failed ?? []).toEqual([]);
  }
}

async function entry(orderId: string, version: number): Promise<Record<string, AttributeValue>> {
  const key = { TableName: named("AUDIT_TABLE"), Key: keyOf(orderId, version), ConsistentRead: true };
  return (await dynamodb.send(new GetItemCommand(key))).Item ?? {};
}

async function order(orderId: string): Promise<Record<string, AttributeValue>> {
  const key = { TableName: named("ORDERS_TABLE"), Key: { id: { S: orderId } }, ConsistentRead: true };
  return (await dynamodb.send(new GetItemCommand(key))).Item ?? {};
}

async function put(item: Record<string, AttributeValue>): Promise<void> {
  await dynamodb.send(new PutItemCommand({ TableName: named("AUDIT_TABLE"), Item: item }));
}

async function remove(orderId: string, version: number): Promise<void> {
  await dynamodb.send(new DeleteItemCommand({ TableName: named("AUDIT_TABLE"), Key: keyOf(orderId, version) }));
}

/** What Lambda leaves of a batch that it gave up, here of the change that led to the order as it is. */
async function failuresObject(image: Record<string, AttributeValue>): Promise<void> {
  const record = {
    eventID: "given-up",
    eventName: "MODIFY",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "eu-central-2",
    eventSourceARN: "arn:aws:dynamodb:eu-central-2:000000000000:table/orders/stream/latest",
    dynamodb: {
      Keys: { id: image["id"] },
      OldImage: { ...image, version: { N: "1" } },
      NewImage: image,
      SequenceNumber: "100",
      SizeBytes: 1,
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
  };
  await s3.send(
    new PutObjectCommand({
      Bucket: named("FAILURES_BUCKET"),
      Key: "aws/lambda/mapping/shard/2026/01/02/2026-01-02T03.04.05-given-up",
      Body: JSON.stringify({ version: "1.0", payload: JSON.stringify({ Records: [record] }) }),
    }),
  );
}
