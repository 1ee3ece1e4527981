import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { openEnvironment } from "@doorbell/cli/aws/environment";
import { findCloud } from "@doorbell/cli/running-cloud";
import { traceHooks } from "@doorbell/ops/trace/trace-hooks";
import { openStoredRecords, type StoredOrder } from "@doorbell/ops/stored-records";
import { gather, type Material } from "@doorbell/cli/operate/trace/gather";
import { localLogs } from "@doorbell/cli/operate/trace/log-search";
import type { Step } from "@doorbell/cli/operate/trace/step";
import { tellStory } from "@doorbell/cli/operate/trace/story";
import { sampleOrder } from "@doorbell/event-contracts/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningCloud, startCloud } from "./support/running-cloud.ts";

const ORDERS = 240;
/**
 * Which messages come how often and which statements are throttled, the seed says; the first batches of changes, one of each
 * lane, lose their environment, so that Lambda halves them.
 */
const FAULTS = [
  "seed=7",
  "duplicates=0.6",
  "lateRedelivery=0.6",
  "partialFailures=0.5",
  `crashAt=${Array.from({ length: 8 }, (_, index) => `change-audit:${index + 1}`).join("+")}`,
].join(",");
const THROTTLES =
  /^DynamoDB put the write off .*(?:ThrottlingError|ProvisionedThroughputExceeded|RequestLimitExceeded)/;

let cloud: RunningCloud;
let s3: S3Client;
let sqs: SQSClient;
let lambda: LambdaClient;

beforeAll(async () => {
  cloud = await startCloud("--faults", FAULTS, "--time-scale", "0.1", "--no-watch");
  const config = {
    endpoint: cloud.endpoint,
    region: cloud.environment["AWS_REGION"] ?? "",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  s3 = new S3Client({ ...config, forcePathStyle: true });
  sqs = new SQSClient(config);
  lambda = new LambdaClient(config);
}, 60_000);

afterAll(async () => {
  for (const client of [s3, sqs, lambda]) client?.destroy();
  if (cloud?.child.exitCode === null) await cloud.interrupt();
}, 30_000);

it("tells the whole story of an order that was delivered three times, met a throttle, and was audited after a bisected batch", async () => {
  const lines = Array.from({ length: ORDERS }, (_, index) =>
    JSON.stringify(sampleOrder({ orderId: `order-${index}` })),
  );
  const Bucket = cloud.environment["UPLOADS_BUCKET"];
  // Changes that have to wait come in large batches.
  await switchChanges(false);
  await s3.send(new PutObjectCommand({ Bucket, Key: "partner/orders.ndjson", Body: lines.join("\n") }));
  await cloud.doorbell("wait", "--idle", "--timeout", "120");
  await switchChanges(true);
  await cloud.doorbell("wait", "--idle", "--timeout", "120");

  const { orderKey, steps, material, placed } = await eventfulOrder();
  expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).toSorted());
  const place = (kind: Step["kind"], service: string) =>
    steps.findIndex((step) => step.kind === kind && step.service === service);
  const places = [
    place("uploaded", "uploads bucket"),
    place("delivered", "order-queue"),
    place("written", "order-queue"),
    place("delivered", "change-audit"),
    place("failed", "change-audit"),
    place("audited", "change-audit"),
  ];
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places[0]).toBe(0);
  expect(place("read", "upload-ingest")).toBeGreaterThan(0);

  const story = await cloud.doorbell("trace", orderKey);
  expect(story).toMatch(/uploads bucket +partner\/orders\.ndjson came in as upload [0-9a-f]{32}\n/);
  expect(story).toMatch(/upload-ingest +the file was read \(done\): 240 lines, 240 orders sent, 0 lines refused\n/);
  expect(story).toMatch(/order-queue +message [0-9a-f]{8} delivered (?:in a batch of \d+|alone)\n/);
  expect(story).toMatch(/order-queue +message [0-9a-f]{8} delivered (?:in a batch of \d+|alone), again.*\n/);
  expect(story).toMatch(/order-queue +DynamoDB put the write off .*\(\w+\)\n/);
  expect(story).toMatch(/order-queue +order\.placed \(message [0-9a-f]{8}, receive \d\) was applied\n/);
  expect(story).toMatch(/order-queue +order\.placed \(message [0-9a-f]{8}, receive \d\) was skipped as a duplicate\n/);
  expect(story).toMatch(/change-audit +the invocation failed.*; it is repeated while retries are left\n/);
  expect(story).toMatch(/change-audit +a change delivered .*, again: bisected from \d+\n/);
  expect(story).toMatch(/change-audit +version 1 was recorded in the audit trail\n/);
  expect(story).toMatch(/is placed, in version 1\.\nEvery version of it is in the audit trail\.\n$/);
  expect(story).not.toContain("Ada Example");

  // Each of its other names leads to the same story, and that of its file to the file's.
  const { eventId = "", correlationId = "" } = placed ?? {};
  const { messageId = "" } = material.entries.find((entry) => entry.messageId !== undefined) ?? {};
  for (const id of [eventId, messageId]) expect(await cloud.doorbell("trace", id)).toBe(story);
  expect(await cloud.doorbell("trace", correlationId)).toMatch(
    /leads to 240 orders, such as partner\/order-\d+, partner\/order-/,
  );
}, 240_000);

it("tells how a message that is no order was refused and parked", async () => {
  const QueueUrl = cloud.environment["ORDERS_QUEUE_URL"];
  const MessageBody = '{"customer":"Ada Example"';
  const { MessageId = "" } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  await cloud.doorbell("wait", "--idle", "--timeout", "60");
  const json: { steps: Step[] } = JSON.parse(await cloud.doorbell("trace", MessageId, "--json"));
  expect(json.steps.map(({ kind }) => kind)).toEqual(["delivered", "parked"]);
  expect(json.steps[1]?.says).toMatch(/^refused and parked: The body is not JSON/);
  expect(JSON.stringify(json)).not.toContain("Ada");
}, 60_000);

it("says so where nothing knows the id", async () => {
  await expect(cloud.doorbell("trace", "no-such-id")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("knows nothing of no-such-id"),
  });
});

/** Switches the event source mapping of the orders table's stream off and on. */
async function switchChanges(Enabled: boolean): Promise<void> {
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  const UUID = EventSourceMappings.find(({ EventSourceArn }) => EventSourceArn?.includes("/stream/"))?.UUID;
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
}

/** The order of the file that all of it happened to. */
async function eventfulOrder(): Promise<{
  orderKey: string;
  steps: readonly Step[];
  material: Material;
  placed: StoredOrder["placed"];
}> {
  const port = Number(new URL(cloud.endpoint).port);
  const environment = await openEnvironment({ port }, {});
  try {
    const search = localLogs(findCloud({ port }, {}), (service) => environment.functionName(service));
    const hooks = traceHooks(environment);
    const services = ["upload-ingest", "order-queue", "change-audit"];
    for (let index = 0; index < ORDERS; index += 1) {
      const orderKey = `partner/order-${index}`;
      const material = await gather(orderKey, { search, services, hooks, failures: { known: [], unread: [] } });
      if (material === undefined) continue;
      const steps = tellStory(material, hooks);
      const deliveries = steps.filter(({ service, kind }) => service === "order-queue" && kind === "delivered");
      const messages = new Set(deliveries.map(({ says }) => /^message ([0-9a-f]{8}) /.exec(says)?.[1]));
      const isOne =
        deliveries.length === 3 &&
        messages.size === 1 &&
        steps.some(({ says }) => THROTTLES.test(says)) &&
        steps.some(({ service, kind }) => service === "change-audit" && kind === "failed") &&
        steps.some(({ says }) => says.includes("bisected from")) &&
        steps.some(({ service, kind }) => service === "order-queue" && kind === "skipped") &&
        steps.some(({ kind }) => kind === "audited");
      if (!isOne) continue;
      const order = await openStoredRecords(environment).order(orderKey);
      return { orderKey, steps, material, placed: order?.placed };
    }
  } finally {
    environment.close();
  }
  throw new Error(`To none of ${ORDERS} orders all of it happened, with --faults ${FAULTS}.`);
}
