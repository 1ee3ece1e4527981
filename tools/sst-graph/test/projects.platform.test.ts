import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EvaluateProjectOptions, evaluateProject } from "../src/evaluate-project.ts";
import { changeSecret } from "../src/project-secrets.ts";
import { type Graph, type Resource, linkVariables } from "../src/graph.ts";

const repository = join(import.meta.dirname, "..", "..", "..");
const projects = join(import.meta.dirname, "projects");

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "project-")));
});
afterEach(() => rm(root, { recursive: true }));

/** A copy of a project under `projects/`, with the platform of this repository. */
async function project(name: string): Promise<void> {
  await cp(join(projects, name), root, { recursive: true });
  await platform();
}

async function platform(): Promise<void> {
  await mkdir(join(root, ".sst"));
  await symlink(join(repository, ".sst", "platform"), join(root, ".sst", "platform"));
}

const evaluate = (options: EvaluateProjectOptions = {}) => evaluateProject({ root, environment: {}, ...options });

/** The one resource of `type` whose name contains `part`. */
function one({ resources }: Graph, type: string, part = ""): Resource {
  const found = resources.filter((resource) => resource.type.endsWith(`:${type}`) && resource.name.includes(part));
  expect(found.map(({ name }) => name)).toHaveLength(1);
  const [resource] = found;
  if (resource === undefined) throw new Error(`no ${type} ${part}`);
  return resource;
}

const byText = (a: unknown, b: unknown) => (String(a) < String(b) ? -1 : 1);

const queueUrl = (name: string) => `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`;
const functionUrl = expect.stringMatching(/^https:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws\/$/);

test("queues: a dead-letter queue with its own subscriber, FIFO, a publisher with a URL", async () => {
  await project("queues");
  const { graph, outputs, stage, region, missingSecrets } = await evaluate();
  expect({ stage, region, missingSecrets }).toEqual({ stage: "local", region: "us-east-1", missingSecrets: [] });
  expect(outputs).toEqual({ publisher: functionUrl, queue: queueUrl("queues-local-OrdersQueue") });

  expect(one(graph, "Queue", "OrdersQueue").inputs).toMatchObject({
    name: "queues-local-OrdersQueue",
    visibilityTimeoutSeconds: 60,
    redrivePolicy: JSON.stringify({
      deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:queues-local-DeadLettersQueue",
      maxReceiveCount: 2,
    }),
  });
  expect(one(graph, "Queue", "OrderedQueue").inputs).toMatchObject({
    name: "queues-local-OrderedQueue.fifo",
    fifoQueue: true,
  });
  expect(one(graph, "EventSourceMapping", "OrdersSubscriber").inputs).toMatchObject({
    eventSourceArn: "arn:aws:sqs:us-east-1:000000000000:queues-local-OrdersQueue",
    batchSize: 5,
    functionResponseTypes: ["ReportBatchItemFailures"],
  });

  const subscriber = one(graph, "Function", "OrdersSubscriber");
  expect(subscriber.inputs).toMatchObject({ timeout: 30, memorySize: 256, runtime: "nodejs24.x" });
  expect(subscriber.inputs["environment"]).toMatchObject({ variables: { CURRENCY: "EUR" } });
  expect(subscriber.code).toMatchObject({
    handler: "src/order.handler",
    runtime: "nodejs24.x",
    copyFiles: [{ from: join(root, "src/rates.json"), to: "rates.json", isDir: false }],
    options: {
      install: { sharp: "*" },
      esbuild: { target: "node24" },
      loader: { ".txt": "text" },
      format: "cjs",
      architecture: "x86_64",
    },
  });

  const publisher = one(graph, "Function", "Publisher");
  expect(publisher.component).toEqual({ type: "sst.aws.Function", name: "Publisher" });
  expect(linkVariables(graph, { links: publisher.code?.links ?? {} })).toEqual({
    SST_RESOURCE_App: '{"name":"queues","stage":"local"}',
    SST_RESOURCE_Orders: JSON.stringify({ url: queueUrl("queues-local-OrdersQueue"), type: "sst.aws.Queue" }),
    SST_RESOURCE_Ordered: JSON.stringify({ url: queueUrl("queues-local-OrderedQueue.fifo"), type: "sst.aws.Queue" }),
  });
  expect(one(graph, "FunctionUrl").inputs).toMatchObject({ invokeMode: "RESPONSE_STREAM", authorizationType: "NONE" });
  expect(one(graph, "FunctionEventInvokeConfig").inputs).toMatchObject({ maximumRetryAttempts: 1 });
  expect(graph.components).toContainEqual({ type: "sst.aws.Queue", name: "DeadLetters", place: "sst.config.ts:12" });
});

test("tables and buckets: a stream with a filter, notifications to a function, a queue and a topic", async () => {
  await project("tables");
  const { graph, region } = await evaluate({ stage: "try" });
  expect(region).toBe("eu-west-1");
  const table = "arn:aws:dynamodb:eu-west-1:000000000000:table/tables-try-TableTable";
  expect(one(graph, "Table").inputs).toMatchObject({ streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" });
  expect(one(graph, "EventSourceMapping").inputs).toMatchObject({
    eventSourceArn: `${table}/stream/latest`,
    filterCriteria: { filters: [{ pattern: '{"dynamodb":{"NewImage":{"kind":{"S":["order"]}}}}' }] },
  });
  expect(one(graph, "BucketNotification").inputs).toMatchObject({
    bucket: "tables-try-uploadsbucket",
    lambdaFunctions: [
      { filterPrefix: "uploads/", lambdaFunctionArn: expect.stringMatching(/:function:.*-try-.*OnUpload/) },
    ],
    queues: [{ filterPrefix: "images/", queueArn: "arn:aws:sqs:eu-west-1:000000000000:tables-try-ImagesQueue" }],
    topics: [{ filterPrefix: "documents/", topicArn: "arn:aws:sns:eu-west-1:000000000000:tables-try-DocumentsTopic" }],
  });
});

test("events: topics, buses, schedules and an HTTP API", async () => {
  await project("events");
  const { graph, outputs } = await evaluate();
  const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:000000000000:${rest}`;
  const subscriptions = graph.resources.filter(({ type }) => type.endsWith(":TopicSubscription"));
  expect(subscriptions.map(({ inputs }) => [inputs["protocol"], inputs["endpoint"], inputs["filterPolicy"]])).toEqual([
    ["sqs", arn("sqs", "events-local-QueueQueue"), undefined],
    ["lambda", expect.stringMatching(/:function:/), '{"price_usd":[{"numeric":[">=",100]}]}'],
  ]);
  const bus = "events-local-BusBus";
  expect(one(graph, "EventRule", "Placed").inputs).toMatchObject({
    eventBusName: bus,
    eventPattern: '{"detail-type":["order.placed"],"source":["shop"]}',
  });
  expect(one(graph, "EventTarget", "Archived").inputs).toMatchObject({ arn: arn("sqs", "events-local-QueueQueue") });
  expect(one(graph, "Schedule").inputs).toMatchObject({
    scheduleExpression: "cron(15 10 * * ? *)",
    target: { arn: arn("lambda", "function:events-local-NightlyHandlerFunction"), input: '{"full":true}' },
  });
  expect(one(graph, "EventRule", "Often").inputs).toMatchObject({ scheduleExpression: "rate(1 minute)" });

  const routes = graph.resources.filter(({ type }) => type === "aws:apigatewayv2/route:Route");
  expect(routes.map(({ inputs }) => inputs["routeKey"]).toSorted(byText)).toEqual(["$default", "GET /orders/{id}"]);
  expect(outputs).toEqual({
    api: expect.stringMatching(/^https:\/\/[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/),
    bus: arn("events", `event-bus/${bus}`),
    nightly: "events-local-NightlyHandlerFunction",
  });
});

const linked = { GREETING: "hi", SST_SECRET_StripeKey: "from the environment" };

test("links: linkables, secrets, raw resources, transforms, .env files, TypeScript paths and CommonJS", async () => {
  await project("links");
  await writeFile(join(root, ".env"), "FROM_ENV=common\nSTAGE_ONLY=common");
  await writeFile(join(root, ".env.ana"), "STAGE_ONLY=ana");
  const { graph, outputs, missingSecrets, inputs } = await evaluate({
    stage: "ana",
    environment: linked,
    secrets: { StripeKey: "sk_test" },
  });
  expect(outputs).toEqual({ greeting: "hi!", numbers: '{"list":[1,2]}', from: "common", stageOnly: "ana" });
  expect(missingSecrets).toEqual(["Unset"]);

  const worker = one(graph, "Function");
  expect(worker.inputs["memorySize"]).toBe(512);
  expect(worker.inputs["environment"]).toMatchObject({
    variables: { RAW_QUEUE: queueUrl("Raw.fifo"), STRIPE: "sk_test" },
  });
  expect(worker.code?.links).toEqual({
    Settings: { greeting: "hi", today: "monday", here: true, type: "sst.sst.Linkable" },
    Alerts: { arn: "arn:aws:sns:us-east-1:000000000000:Alerts", name: "Alerts", type: "aws.sns/topic.Topic" },
    StripeKey: { value: "sk_test", type: "sst.sst.Secret" },
    Region: { value: "eu", type: "sst.sst.Secret" },
    Unset: { value: expect.stringContaining("Unset"), type: "sst.sst.Secret" },
  });
  expect(one(graph, "Queue")).toMatchObject({
    name: "Raw",
    place: "infra/functions.ts:5",
    inputs: { name: "Raw.fifo", fifoQueue: true },
  });
  expect([...inputs].sort()).toEqual(
    [
      ".doorbell/secrets.ana.json",
      ".env",
      ".env.ana",
      "infra/functions.ts",
      "infra/legacy.cjs",
      "infra/settings.ts",
      "sst.config.ts",
      "tsconfig.json",
    ].map((file) => join(root, file)),
  );
});

test("a second evaluation evaluates nothing, until a file, a variable or a secret changes", async () => {
  await project("links");
  const first = await evaluate({ environment: linked });
  expect(first.cached).toBe(false);
  const again = await evaluate({ environment: { ...linked, PWD: "/elsewhere", UNRELATED: "1" } });
  expect(again).toEqual({ ...first, cached: true });
  // Whoever has the graph needs no platform.
  await rm(join(root, ".sst"), { recursive: true });
  expect((await evaluate({ environment: linked })).cached).toBe(true);
  await platform();

  const { outputs, cached } = await evaluate({ environment: { ...linked, GREETING: "bye" } });
  expect([outputs["greeting"], cached]).toEqual(["bye!", false]);
  expect((await evaluate({ environment: linked, secrets: { Unset: "set" } })).missingSecrets).toEqual([]);
  await changeSecret(root, "local", "Unset", "kept-value");
  const set = await evaluate({ environment: { ...linked, SST_SECRET_Unset: "of-the-environment" } });
  expect(set).toMatchObject({ missingSecrets: [], cached: false });
  expect(JSON.stringify(set.graph)).toContain("kept-value");
  await changeSecret(root, "local", "Unset");
  await writeFile(join(root, "infra", "legacy.cjs"), `exports.today = () => "friday";`);
  const { graph } = await evaluate({ environment: linked });
  expect(one(graph, "Function").code?.links["Settings"]).toMatchObject({ today: "friday" });
});

test("two evaluations of a project give the same graph", async () => {
  await project("events");
  const { graph } = await evaluate();
  await rm(join(root, ".doorbell"), { recursive: true });
  const { graph: again, cached } = await evaluate();
  expect(cached).toBe(false);
  expect(again).toEqual(graph);
});

test("front ends, containers and databases are neither built nor in the way of what is driven by events", async () => {
  await project("front-end");
  const { graph } = await evaluate();
  const types = graph.components.map(({ type }) => type);
  for (const type of ["StaticSite", "Nextjs", "Service", "Postgres"]) expect(types).toContain(`sst.aws.${type}`);
  expect(one(graph, "Function", "OrdersSubscriber").code?.links).toMatchObject({
    Database: { host: "localhost", port: 5432, database: "shop" },
  });
  expect(one(graph, "EventSourceMapping", "OrdersSubscriber").inputs).toHaveProperty("eventSourceArn");
});

test("a lookup that only AWS can answer is refused with its token, its line and what to do", async () => {
  await project("refused");
  await expect(evaluate()).rejects.toMatchObject({
    code: "EVALUATION_FAILED",
    place: "network.ts:3",
    message: expect.stringMatching(
      /^network\.ts:3: only AWS can answer the lookup "aws:ec2\/getVpc:getVpc".*give the value in the configuration/,
    ),
  });
});

test.each([
  ["export default { config() {}, stacks() {} };", /\$config\(\{ app, run \}\)/],
  [`export default $config({ app: () => ({ name: "no name" }), async run() {} });`, /app\(\) returned .*: name: /],
])("%s is refused with what SST expects", async (text, message) => {
  await project("queues");
  await writeFile(join(root, "sst.config.ts"), text);
  await expect(evaluate()).rejects.toThrow(message);
});
