import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { renderGraph } from "@doorbell/sst-graph/committed-graph";
import type { FunctionCode, Resource } from "@doorbell/sst-graph/graph";
import { inputDigests } from "@doorbell/sst-graph/input-digests";
import { ownSst } from "@doorbell/sst-graph/sst-package";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readGraph } from "./graph/read-graph.ts";
import { LOCAL_CREDENTIALS } from "./local-region.ts";
import { startLocalCloud, type LocalCloud } from "./start-local-cloud.ts";

// A project of somebody else's, in another region and without tables; its graph is committed, so that no platform is needed.
const REGION = "us-east-1";
const QUEUE_URL = `https://sqs.${REGION}.amazonaws.com/000000000000/shop-local-MyQueueQueue`;
const arn = (service: string, name: string) => `arn:aws:${service}:${REGION}:000000000000:${name}`;
const codeOf = (handler: string): FunctionCode => ({ handler, options: {}, copyFiles: [], links: {} });

function lambda(component: string, runtime: string, code: Partial<FunctionCode> = {}): Resource {
  const built = { ...codeOf(`src/${component.toLowerCase()}.handler`), ...code };
  return {
    type: "aws:lambda/function:Function",
    name: `${component}Function`,
    component: { type: "sst.aws.Function", name: component },
    code: built,
    inputs: {
      name: `shop-local-${component}`,
      handler: built.handler,
      runtime,
      timeout: 20,
      memorySize: 256,
      environment: { variables: { TOKEN: "secret-of-a-variable" } },
    },
  };
}

function mapping(name: string, functionName: string): Resource {
  return {
    type: "aws:lambda/eventSourceMapping:EventSourceMapping",
    name,
    inputs: {
      eventSourceArn: arn("sqs", "shop-local-MyQueueQueue"),
      functionName: arn("lambda", `function:${functionName}`),
    },
  };
}

const resources: readonly Resource[] = [
  {
    type: "aws:sqs/queue:Queue",
    name: "MyQueueQueue",
    component: { type: "sst.aws.Queue", name: "MyQueue" },
    inputs: { name: "shop-local-MyQueueQueue", visibilityTimeoutSeconds: 30 },
  },
  lambda("Publisher", "nodejs22.x", {
    links: { MyQueue: { url: QUEUE_URL, type: "sst.aws.Queue" }, Token: { value: "linked-secret" } },
  }),
  lambda("Subscriber", "nodejs22.x"),
  lambda("Report", "python3.12"),
  mapping("Subscription", "shop-local-Subscriber"),
  mapping("ReportSubscription", "shop-local-Report"),
];

const SOURCES = {
  "sst.config.ts": "",
  "src/publisher.ts": `export const handler = async () => JSON.parse(process.env.SST_RESOURCE_MyQueue ?? "{}").url;`,
  "src/subscriber.ts": `export const handler = async ({ Records }: { Records: { body: string }[] }) => {
    for (const { body } of Records) console.log("got " + body);
  };`,
};

let root: string;
let cloud: LocalCloud;
let sqs: SQSClient;
const said: string[] = [];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "doorbell-any-project-"));
  await mkdir(join(root, "src"));
  await mkdir(join(root, "infra"));
  for (const [path, text] of Object.entries(SOURCES)) await writeFile(join(root, path), text);
  const settings = { app: "shop", stage: "local", removal: "remove", protect: false, region: REGION } as const;
  const graph = { ...settings, sst: ownSst().version, components: [], resources };
  await writeFile(
    join(root, "infra/graph.json"),
    renderGraph({ ...graph, outputs: { queue: QUEUE_URL, count: 2 } }, await inputDigests(root), root),
  );
  cloud = await startLocalCloud({ root: join(root, "src"), stage: "local", notice: (line) => said.push(line) });
  sqs = new SQSClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: LOCAL_CREDENTIALS });
}, 60_000);
afterAll(async () => {
  sqs.destroy();
  await cloud.stop();
  await rm(root, { recursive: true });
});

const send = (MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: cloud.resource("MyQueue").url, MessageBody }));
const got = () => cloud.lambda.logs("shop-local-Subscriber").filter(({ line }) => line.includes("got "));

test("a message reaches the subscriber; both wait and assertion see it", async () => {
  await send("hello");
  await cloud.waitUntilIdle();
  expect(got()).toHaveLength(1);
  await send("again");
  await cloud.eventually(() => expect(got()).toHaveLength(2));
});

test("what is linked, and what run() returns, has local URLs", async () => {
  const { payload } = await cloud.lambda.invoke("shop-local-Publisher", "{}");
  expect(JSON.parse(payload)).toBe(cloud.resource("MyQueue").url);
  expect(cloud.outputs).toEqual({ queue: cloud.resource("MyQueue").url, count: 2 });
  expect(cloud.resource("MyQueue").url).toBe(`${cloud.endpoint}/000000000000/shop-local-MyQueueQueue`);
});

test("what it shows of its graph to other commands has no values that may be secret", async () => {
  const shown = await (await fetch(`${cloud.endpoint}/_doorbell/graph`)).text();
  expect(readGraph(JSON.parse(shown))).toMatchObject({ app: "shop", queues: [{ component: "MyQueue" }] });
  expect(shown).not.toContain("linked-secret");
  expect(shown).not.toContain("secret-of-a-variable");
});

test("a function in another language is named once, takes nothing from its queue, and an invocation of it says so", async () => {
  expect(said).toEqual([
    "Not run here: the function Report: its runtime is python3.12, and the local cloud runs Node.js. What would invoke it waits.",
  ]);
  const client = new LambdaClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: LOCAL_CREDENTIALS });
  await expect(client.send(new InvokeCommand({ FunctionName: "shop-local-Report" }))).rejects.toMatchObject({
    name: "InvalidRuntimeException",
    message: expect.stringContaining("The function shop-local-Report is not run here: its runtime is python3.12"),
  });
  client.destroy();
});

test("without a table there is no DynamoDB, and a call to it says why", async () => {
  expect((await cloud.status()).dynamodb).toBeUndefined();
  const client = new DynamoDBClient({ endpoint: cloud.endpoint, region: cloud.region, credentials: LOCAL_CREDENTIALS });
  const get = client.send(new GetItemCommand({ TableName: "orders", Key: { id: { S: "1" } } }));
  await expect(get).rejects.toThrow("The project has no table");
  client.destroy();
});

test("faults begin and end while it runs", async () => {
  await cloud.waitUntilIdle();
  const before = got().length;
  cloud.faults({ seed: 1, duplicates: 1 });
  await send("twice");
  await cloud.eventually(() => expect(got()).toHaveLength(before + 2));
  cloud.faults();
  await send("once");
  await cloud.waitUntilIdle();
  expect(got()).toHaveLength(before + 3);
  expect((await cloud.status()).faults).toEqual({ duplicates: 1 });
  expect(() => cloud.faults({ seed: -1 })).toThrow("The faults cannot be read: seed");
});

test("it stops at the end of its scope", async () => {
  let endpoint: string;
  {
    await using other = await startLocalCloud({ root, stage: "local", notice: () => {} });
    ({ endpoint } = other);
    expect((await fetch(`${endpoint}/_doorbell/status`)).status).toBe(200);
  }
  await expect(fetch(`${endpoint}/_doorbell/status`)).rejects.toThrow("fetch failed");
});
