import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOCAL_CREDENTIALS } from "./local-region.ts";
import { startLocalCloud, type LocalCloud } from "./start-local-cloud.ts";
import { smallPipeline, testGraph } from "../test/testing-graph.ts";

const LIMIT_MS = 60_000;
const run = promisify(execFile);
const arn = (service: string, name: string) => `arn:aws:${service}:eu-central-2:000000000000:${name}`;
const INBOX = arn("sqs", "test-inbox");
const BUS = arn("events", "event-bus/test-shop");
const RESULTS = arn("events", "event-bus/test-results");
const HANDLER = `export const handler = async (event) => {
  process.stdout.write("got " + event.detail.id + " of " + event.source + "\\n");
};`;

const rule = (name: string, inputs: Record<string, unknown>) => ({
  type: "aws:cloudwatch/eventRule:EventRule",
  name: `${name}Rule`,
  component: { name },
  inputs: { name, state: "ENABLED", ...inputs },
});
const target = (name: string, inputs: Record<string, unknown>) => ({
  type: "aws:cloudwatch/eventTarget:EventTarget",
  name: `${name}Target`,
  inputs: { rule: name, ...inputs },
});
// As SST's Bus with `subscribe` and `subscribeQueue` makes them: shop → function (a pattern), shop → queue (every source).
const resources = [
  ...smallPipeline,
  { type: "aws:sqs/queue:Queue", name: "InboxQueue", component: { name: "Inbox" }, inputs: { name: "test-inbox" } },
  {
    type: "aws:lambda/function:Function",
    name: "Worker",
    inputs: { name: "test-worker", handler: "worker.handler", runtime: "nodejs24.x" },
  },
  {
    type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    name: "WorkerInvokeConfig",
    inputs: {
      functionName: "test-worker",
      maximumRetryAttempts: 0,
      destinationConfig: { onSuccess: { destination: RESULTS }, onFailure: { destination: RESULTS } },
    },
  },
  { type: "aws:cloudwatch/eventBus:EventBus", name: "ResultsBus", inputs: { name: "test-results" } },
  {
    type: "aws:sqs/queue:Queue",
    name: "ResultsQueue",
    component: { name: "Results" },
    inputs: { name: "test-results" },
  },
  rule("results", { eventBusName: "test-results", eventPattern: '{"source":["lambda"]}' }),
  target("results", { eventBusName: "test-results", arn: arn("sqs", "test-results") }),
  {
    type: "aws:cloudwatch/eventBus:EventBus",
    name: "ShopBus",
    component: { name: "Shop" },
    inputs: { name: "test-shop" },
  },
  rule("placed", { eventBusName: "test-shop", eventPattern: '{"detail-type":["order.placed"]}' }),
  target("placed", { eventBusName: "test-shop", arn: arn("lambda", "function:test-worker") }),
  rule("all", { eventBusName: "test-shop", eventPattern: '{"source":[{"prefix":""}]}' }),
  target("all", {
    eventBusName: "test-shop",
    arn: INBOX,
    inputTransformer: { inputPaths: { id: "$.detail.id" }, inputTemplate: '"event <id>"' },
  }),
  {
    type: "aws:s3/bucketNotification:BucketNotification",
    name: "Notify",
    inputs: { bucket: "test-uploads", eventbridge: true },
  },
  rule("created", {
    eventPattern:
      '{"source":["aws.s3"],"detail-type":["Object Created"],"detail":{"object":{"key":[{"prefix":"in/"}]}}}',
  }),
  target("created", { arn: BUS }),
  // As SST's Cron makes it: the target gets the component's event.
  rule("nightly", { scheduleExpression: "cron(0 0 1 1 ? 2199)" }),
  target("nightly", { arn: arn("lambda", "function:test-worker"), input: '{"source":"cron","detail":{"id":"tick"}}' }),
  target("nightly-inbox", { rule: "nightly", arn: INBOX }),
  // As SST's CronV2 makes it.
  {
    type: "aws:scheduler/schedule:Schedule",
    name: "WeeklySchedule",
    component: { name: "Weekly" },
    inputs: {
      name: "test-weekly",
      scheduleExpression: "at(2199-01-01T00:00:00)",
      scheduleExpressionTimezone: "Asia/Tokyo",
      flexibleTimeWindow: { mode: "OFF" },
      state: "ENABLED",
      target: {
        arn: arn("lambda", "function:test-worker"),
        roleArn: "arn:aws:iam::000000000000:role/r",
        input: '{"source":"scheduler","detail":{"id":"tock"}}',
        retryPolicy: { maximumRetryAttempts: 0 },
      },
    },
  },
];

let folder: string;
let cloud: LocalCloud;
let queues: SQSClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorbell-buses-"));
  await writeFile(join(folder, "worker.ts"), HANDLER);
  cloud = await startLocalCloud({ root: folder, graph: testGraph(resources) });
  const { endpoint, region } = cloud;
  queues = new SQSClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
}, LIMIT_MS);
afterAll(async () => {
  queues.destroy();
  await cloud.stop();
  await rm(folder, { recursive: true });
});

/** What lies in the inbox, or another queue, once nothing is under way. */
async function inbox(variable = "INBOX_QUEUE_URL"): Promise<string[]> {
  await cloud.waitUntilIdle(LIMIT_MS);
  const QueueUrl = cloud.environment[variable];
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
  const { Messages = [] } = await queues.send(command);
  return Messages.map(({ Body = "" }) => Body);
}

/** What must have come for an event `order.placed` that a client put on the bus. */
async function expectDelivered(id: string): Promise<void> {
  expect(await inbox()).toContain(`"event ${id}"`);
  expect(cloud.lambda.logs("test-worker").map(({ line }) => line)).toContain(`got ${id} of shop`);
}

describe("a bus of the graph", () => {
  test("is in the environment and the status", async () => {
    expect(cloud.environment).toMatchObject({ SHOP_BUS_NAME: "test-shop" });
    const { buses, mappings } = await cloud.status();
    expect(buses).toMatchObject([
      { name: "default", rules: 2 },
      { name: "test-results", arn: RESULTS, rules: 1 },
      { name: "test-shop", arn: BUS, rules: 2 },
    ]);
    expect(mappings.filter(({ kind }) => kind === "rule").map((each) => [each.source, each.target])).toEqual([
      [arn("events", "rule/test-results/results"), arn("sqs", "test-results")],
      [arn("events", "rule/test-shop/placed"), "test-worker"],
      [arn("events", "rule/test-shop/all"), INBOX],
      [arn("events", "rule/created"), BUS],
      [arn("events", "rule/nightly"), "test-worker"],
      [arn("events", "rule/nightly"), INBOX],
    ]);
  });

  test(
    "delivers what the JavaScript SDK puts to the function whose rule matches, and to the queue",
    async () => {
      const { endpoint, region } = cloud;
      const client = new EventBridgeClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
      const entry = { EventBusName: "test-shop", Source: "shop", DetailType: "order.placed" };
      await client.send(
        new PutEventsCommand({
          Entries: [
            { ...entry, Detail: '{"id":"from-the-sdk"}' },
            { ...entry, DetailType: "order.paid", Detail: '{"id":"paid"}' },
          ],
        }),
      );
      client.destroy();
      await expectDelivered("from-the-sdk");
      expect(await inbox()).toContain('"event paid"');
      expect(cloud.lambda.logs("test-worker").map(({ line }) => line)).not.toContain("got paid of shop");
    },
    LIMIT_MS,
  );

  test(
    "gets the bucket's events from the default bus, by a rule that forwards them",
    async () => {
      const { endpoint, region } = cloud;
      const client = new S3Client({ endpoint, region, credentials: LOCAL_CREDENTIALS, forcePathStyle: true });
      for (const Key of ["in/a.csv", "out/b.csv"])
        await client.send(new PutObjectCommand({ Bucket: "test-uploads", Key, Body: "a" }));
      client.destroy();
      const { mappings } = await cloud.status();
      expect(mappings.find(({ source }) => source === arn("events", "rule/created"))).toMatchObject({ records: 1 });
      // The template asks for an id, and S3's events have none.
      expect(await inbox()).toContain('"event "');
    },
    LIMIT_MS,
  );

  test(
    "has schedules that wait for nothing, and fire when they are ticked",
    async () => {
      const { schedules } = await cloud.status();
      expect(schedules).toMatchObject([
        { component: "nightly", next: "2199-01-01T00:00:00.000Z" },
        { component: "Weekly", name: "test-weekly", next: "2198-12-31T15:00:00.000Z" },
      ]);
      const tick = (name: string) => fetch(`${cloud.endpoint}/_doorbell/tick?schedule=${name}`, { method: "POST" });
      expect((await tick("nightly")).status).toBe(200);
      const scheduled = (await inbox()).filter((body) => body.includes("Scheduled Event"));
      expect(scheduled.map((body) => JSON.parse(body))).toMatchObject([
        { source: "aws.events", detail: {}, resources: [arn("events", "rule/nightly")] },
      ]);
      expect(cloud.lambda.logs("test-worker").map(({ line }) => line)).toContain("got tick of cron");
      expect((await tick("Weekly")).status).toBe(200);
      await cloud.waitUntilIdle(LIMIT_MS);
      expect(cloud.lambda.logs("test-worker").map(({ line }) => line)).toContain("got tock of scheduler");
      const { mappings } = await cloud.status();
      expect(mappings.find(({ kind }) => kind === "schedule")).toMatchObject({ target: "test-worker", records: 1 });
      const refused = await tick("other");
      expect([refused.status, await refused.json()]).toEqual([
        404,
        { message: "There is no schedule other: there are nightly, Weekly." },
      ]);
    },
    LIMIT_MS,
  );

  test(
    "gets the record of an asynchronous invocation whose destination it is",
    async () => {
      cloud.lambda.invokeAsync("test-worker", '{"source":"test","detail":{"id":"ended"}}');
      cloud.lambda.invokeAsync("test-worker", "{}");
      const records = (await inbox("RESULTS_QUEUE_URL")).map((body) => JSON.parse(body));
      const between = [RESULTS, arn("lambda", "function:test-worker:$LATEST")];
      const source = "lambda";
      expect(records).toContainEqual(
        expect.objectContaining({
          source,
          resources: between,
          "detail-type": "Lambda Function Invocation Result - Success",
          detail: expect.objectContaining({ requestPayload: { source: "test", detail: { id: "ended" } } }),
        }),
      );
      expect(records).toContainEqual(
        expect.objectContaining({
          source,
          resources: between,
          "detail-type": "Lambda Function Invocation Result - Failure",
          detail: expect.objectContaining({ requestPayload: {} }),
        }),
      );
    },
    LIMIT_MS,
  );

  const environment = () => ({ PATH: process.env["PATH"], HOME: folder, AWS_PAGER: "", ...cloud.environment });

  test.skipIf(spawnSync("aws", ["--version"]).status !== 0)(
    "delivers what the AWS CLI puts",
    async () => {
      const entry = { EventBusName: "test-shop", Source: "shop", DetailType: "order.placed", Detail: '{"id":"cli"}' };
      const { stdout } = await run("aws", ["events", "put-events", "--entries", JSON.stringify([entry])], {
        env: environment(),
      });
      expect(JSON.parse(stdout)).toMatchObject({ FailedEntryCount: 0 });
      await expectDelivered("cli");
    },
    LIMIT_MS,
  );

  test.skipIf(spawnSync("python3", ["-c", "import boto3"]).status !== 0)(
    "delivers what boto3 puts, and fails an entry alone",
    async () => {
      const script = `
import boto3, os
events = boto3.client("events")
good = {"EventBusName": os.environ["SHOP_BUS_NAME"], "Source": "shop", "DetailType": "order.placed", "Detail": '{"id":"boto3"}'}
answer = events.put_events(Entries=[good, {"Source": "shop"}])
assert answer["FailedEntryCount"] == 1 and answer["Entries"][1]["ErrorCode"] == "InvalidArgument", answer
try:
    events.put_rule(Name="r", EventPattern="{}")
    raise SystemExit("put_rule was taken")
except events.exceptions.ClientError as error:
    assert error.response["Error"]["Code"] == "UnknownOperationException", error
`;
      await run("python3", ["-c", script], { env: environment() });
      await expectDelivered("boto3");
    },
    LIMIT_MS,
  );
});
