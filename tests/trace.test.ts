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
import type { FaultPlan } from "@doorbell/local-cloud/faults/fault-plan";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { sampleOrder } from "@doorbell/event-contracts/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Ended, runCli } from "./support/cli-process.ts";
import { root } from "./support/running-cloud.ts";

const ORDERS = 120;
/**
 * Every message comes three times: twice at first, and once more after it was deleted. Of the writes every second is put off, three of
 * five times by a throttle, so that of 120 orders many meet one.
 */
const WHILE_PLACED = { seed: 7, duplicates: 1, lateRedelivery: 1, partialFailures: 0.5 };
/** The first batches of changes, of all lanes, lose their environment before anything is written, so that Lambda halves them. */
const WHILE_AUDITED: FaultPlan = {
  seed: 7,
  crashAt: Array.from({ length: 8 }, (_, index) => ({ function: "change-audit", call: index + 1, moment: "before" })),
};
const THROTTLES =
  /^DynamoDB put the write off .*(?:ThrottlingError|ProvisionedThroughputExceeded|RequestLimitExceeded)/;

let cloud: LocalCloud;
let s3: S3Client;
let sqs: SQSClient;
let lambda: LambdaClient;

beforeAll(async () => {
  cloud = await startLocalCloud({ root, stage: "local", timeScale: 0.1 });
  const { endpoint, region } = cloud;
  const config = { endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  s3 = new S3Client({ ...config, forcePathStyle: true });
  sqs = new SQSClient(config);
  lambda = new LambdaClient(config);
}, 60_000);

afterAll(async () => {
  for (const client of [s3, sqs, lambda]) client?.destroy();
  await cloud?.stop();
}, 30_000);

const doorbell = (...command: readonly string[]): Promise<Ended> => runCli([...command, "--port", String(cloud.port)]);
const trace = async (...command: readonly string[]) => (await doorbell("trace", ...command)).stdout;

it("tells the whole story of an order that was delivered three times, met a throttle, and was audited after a bisected batch", async () => {
  const lines = Array.from({ length: ORDERS }, (_, index) =>
    JSON.stringify(sampleOrder({ orderId: `order-${index}` })),
  );
  const Bucket = cloud.environment["UPLOADS_BUCKET"];
  // Changes that have to wait come in large batches.
  await switchChanges(false);
  cloud.faults(WHILE_PLACED);
  await s3.send(new PutObjectCommand({ Bucket, Key: "partner/orders.ndjson", Body: lines.join("\n") }));
  await cloud.waitUntilIdle(120_000);
  cloud.faults(WHILE_AUDITED);
  await switchChanges(true);
  await cloud.waitUntilIdle(120_000);
  cloud.faults();

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

  const story = await trace(orderKey);
  expect(story).toMatch(/uploads bucket +partner\/orders\.ndjson came in as upload [0-9a-f]{32}\n/);
  expect(story).toMatch(/upload-ingest +the file was read \(done\): 120 lines, 120 orders sent, 0 lines refused\n/);
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
  for (const id of [eventId, messageId]) expect(await trace(id)).toBe(story);
  expect(await trace(correlationId)).toMatch(/leads to 120 orders, such as partner\/order-\d+, partner\/order-/);
}, 240_000);

it("tells how a message that is no order was refused and parked", async () => {
  const QueueUrl = cloud.environment["ORDERS_QUEUE_URL"];
  const MessageBody = '{"customer":"Ada Example"';
  const { MessageId = "" } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  await cloud.waitUntilIdle(60_000);
  const json: { steps: Step[] } = JSON.parse(await trace(MessageId, "--json"));
  expect(json.steps.map(({ kind }) => kind)).toEqual(["delivered", "parked"]);
  expect(json.steps[1]?.says).toMatch(/^refused and parked: The body is not JSON/);
  expect(JSON.stringify(json)).not.toContain("Ada");
}, 60_000);

it("says so where nothing knows the id", async () => {
  expect(await doorbell("trace", "no-such-id")).toMatchObject({
    status: 1,
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
  const { port } = cloud;
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
  throw new Error(`To none of ${ORDERS} orders all of it happened.`);
}
