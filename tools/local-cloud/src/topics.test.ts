import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SQSClient, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOCAL_CREDENTIALS } from "./local-region.ts";
import { startLocalCloud, type LocalCloud } from "./start-local-cloud.ts";
import { smallPipeline, testGraph } from "../test/testing-graph.ts";

const LIMIT_MS = 60_000;
const run = promisify(execFile);
const arn = (service: string, name: string) => `arn:aws:${service}:eu-central-2:000000000000:${name}`;
const ALERTS = arn("sns", "test-alerts");
const DONE = arn("sns", "test-done");
const INBOX = arn("sqs", "test-inbox");
const WORKER = arn("lambda", "function:test-worker");
const HANDLER = `export const handler = async ({ Records: [{ Sns }] }) => {
  process.stdout.write("got " + Sns.Message + " of " + Sns.MessageAttributes.kind.Value + "\\n");
};`;

const topic = (name: string, topicName: string) => ({
  type: "aws:sns/topic:Topic",
  name: `${name}Topic`,
  inputs: { name: topicName, fifoTopic: false },
});
const subscription = (name: string, inputs: Record<string, unknown>) => ({
  type: "aws:sns/topicSubscription:TopicSubscription",
  name,
  inputs,
});
// alerts → function (filtered) → its success destination done → queue; alerts → queue, raw; bucket → alerts, queue.
const resources = [
  ...smallPipeline,
  { type: "aws:sqs/queue:Queue", name: "InboxQueue", inputs: { name: "test-inbox" } },
  topic("Alerts", "test-alerts"),
  topic("Done", "test-done"),
  {
    type: "aws:lambda/function:Function",
    name: "Worker",
    inputs: { name: "test-worker", handler: "worker.handler", runtime: "nodejs24.x" },
  },
  {
    type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    name: "WorkerConfig",
    inputs: { functionName: "test-worker", destinationConfig: { onSuccess: { destination: DONE } } },
  },
  subscription("ToWorker", {
    topic: ALERTS,
    protocol: "lambda",
    endpoint: WORKER,
    filterPolicy: '{"kind":[{"exists":true}]}',
  }),
  subscription("ToInbox", { topic: ALERTS, protocol: "sqs", endpoint: INBOX, rawMessageDelivery: true }),
  subscription("DoneToInbox", { topic: DONE, protocol: "sqs", endpoint: INBOX }),
  {
    type: "aws:s3/bucketNotification:BucketNotification",
    name: "Notify",
    inputs: {
      bucket: "test-uploads",
      topics: [{ id: "T", topicArn: ALERTS, events: ["s3:ObjectCreated:*"], filterPrefix: "in/" }],
    },
  },
];

let folder: string;
let cloud: LocalCloud;
let queues: SQSClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorbell-topics-"));
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

/** What lies in the inbox once nothing is under way. */
async function inbox(): Promise<string[]> {
  await cloud.waitUntilIdle(LIMIT_MS);
  const QueueUrl = cloud.environment["INBOX_QUEUE_URL"];
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 });
  const { Messages = [] } = await queues.send(command);
  return Messages.map(({ Body = "" }) => Body);
}

/** What must have come for one message that a client published. */
async function expectDelivered(body: string): Promise<void> {
  const bodies = await inbox();
  expect(cloud.lambda.logs("test-worker").map(({ line }) => line)).toContain(`got ${body} of test`);
  expect(bodies).toContain(body);
  const records = bodies.filter((each) => each.includes('\\"condition\\":\\"Success\\"'));
  expect(records.filter((each) => JSON.parse(each).TopicArn === DONE && each.includes(body))).toHaveLength(1);
}

describe("a topic of the graph", () => {
  test("is in the environment and the status, and its bucket has tested it", async () => {
    expect(cloud.environment).toMatchObject({ ALERTS_TOPIC_ARN: ALERTS, DONE_TOPIC_ARN: DONE });
    const { topics, mappings } = await cloud.status();
    expect(topics).toEqual([
      { name: "test-alerts", arn: ALERTS, subscriptions: 2 },
      { name: "test-done", arn: DONE, subscriptions: 1 },
    ]);
    expect(mappings.map(({ kind, source, target }) => [kind, source, target])).toEqual([
      ["sns", ALERTS, "test-worker"],
      ["sns", ALERTS, INBOX],
      ["sns", DONE, INBOX],
      ["s3", "test-uploads", ALERTS],
    ]);
    expect((await inbox()).map((body) => JSON.parse(body))).toMatchObject([{ Event: "s3:TestEvent" }]);
  });

  test(
    "delivers what the JavaScript SDK publishes to the function and the queue, and the function's record to its topic",
    async () => {
      const { endpoint, region } = cloud;
      const client = new SNSClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
      const MessageAttributes = { kind: { DataType: "String", StringValue: "test" } };
      await client.send(new PublishCommand({ TopicArn: ALERTS, Message: "from-the-sdk", MessageAttributes }));
      client.destroy();
      await expectDelivered("from-the-sdk");
    },
    LIMIT_MS,
  );

  const environment = () => ({ PATH: process.env["PATH"], HOME: folder, AWS_PAGER: "", ...cloud.environment });

  test.skipIf(spawnSync("aws", ["--version"]).status !== 0)(
    "delivers what the AWS CLI publishes",
    async () => {
      const attributes = '{"kind":{"DataType":"String","StringValue":"test"}}';
      const command = ["sns", "publish", "--topic-arn", ALERTS, "--message", "from-the-cli"];
      await run("aws", [...command, "--message-attributes", attributes], { env: environment() });
      await expectDelivered("from-the-cli");
    },
    LIMIT_MS,
  );

  test.skipIf(spawnSync("python3", ["-c", "import boto3"]).status !== 0)(
    "delivers what boto3 publishes, one by one and in a batch",
    async () => {
      const script = `
import boto3, os
topic = boto3.resource("sns").Topic(os.environ["ALERTS_TOPIC_ARN"])
kind = {"kind": {"DataType": "String", "StringValue": "test"}}
topic.publish(Message="from-boto3", MessageAttributes=kind)
entries = [{"Id": i, "Message": "batch-" + i, "MessageAttributes": kind} for i in ("a", "b")]
assert len(boto3.client("sns").publish_batch(TopicArn=topic.arn, PublishBatchRequestEntries=entries)["Successful"]) == 2
assert topic.attributes["SubscriptionsConfirmed"] == "2"
`;
      await run("python3", ["-c", script], { env: environment() });
      await expectDelivered("from-boto3");
    },
    LIMIT_MS,
  );
});
