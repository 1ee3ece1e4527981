import { resolve } from "node:path";
import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  type EventSourceMappingConfiguration,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import { nameIn } from "@doorbell/infra/policy/graph-view";
import { readGraph } from "@doorbell/local-cloud/graph/read-graph";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

let cloud: LocalCloud;
let lambda: LambdaClient;
let sqs: SQSClient;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  cloud = await startLocalCloud({ root, stage: "local", timeScale: 0.001 });
  const client = {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId: "doorbell", secretAccessKey: "doorbell" },
  };
  lambda = new LambdaClient(client);
  sqs = new SQSClient(client);
  dynamodb = new DynamoDBClient(client);
}, 60_000);

afterAll(async () => {
  for (const client of [lambda, sqs, dynamodb]) client?.destroy();
  await cloud?.stop();
});

/** The inputs of every resource of a type, as the graph has them. */
function inputsOf(type: string): readonly Readonly<Record<string, unknown>>[] {
  const found = graph.resources.filter((resource) => resource.type === type).map(({ inputs }) => ({ ...inputs }));
  if (found.length === 0) throw new Error(`the graph has no ${type}`);
  return found;
}

/** The entries of `inputs` under the given names, those that are absent left out. */
const pick = (inputs: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (name in inputs ? [[name, inputs[name]]] : [])));

/** AWS's API names, as Pulumi writes them. */
const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const functions = inputsOf("aws:lambda/function:Function").map((inputs) => ({ inputs, name: String(inputs["name"]) }));
const mappings = inputsOf("aws:lambda/eventSourceMapping:EventSourceMapping").map((inputs) => ({
  inputs,
  name: nameIn(String(inputs["functionName"])),
}));

describe.each(functions)("function $name", ({ name, inputs }) => {
  test("has the timeout, memory, runtime, handler and log format of the graph", async () => {
    const made = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    expect({
      architectures: made.Architectures,
      handler: made.Handler,
      loggingConfig: {
        logFormat: made.LoggingConfig?.LogFormat,
        logGroup: made.LoggingConfig?.LogGroup,
        systemLogLevel: made.LoggingConfig?.SystemLogLevel,
      },
      memorySize: made.MemorySize,
      runtime: made.Runtime,
      timeout: made.Timeout,
    }).toEqual(pick(inputs, ["architectures", "handler", "loggingConfig", "memorySize", "runtime", "timeout"]));
  });

  test("has the variables of the graph and of SST's Resource, queues being those of the local cloud", async () => {
    const made = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    const variables = JSON.stringify(made.Environment?.Variables).replaceAll(
      cloud.endpoint,
      `https://sqs.${graph.region}.amazonaws.com`,
    );
    const SST_RESOURCE_App = JSON.stringify({ name: graph.app, stage: graph.stage });
    const given = { variables: {}, ...Object(inputs["environment"]) };
    expect({ variables: JSON.parse(variables) }).toEqual({ variables: { ...given.variables, SST_RESOURCE_App } });
  });
});

describe.each(mappings)("the mapping of $name", ({ name, inputs }) => {
  /** Settings of the graph that need no counterpart here: the two ends, which are compared by themselves. */
  const ENDS = new Set(["functionName", "eventSourceArn"]);

  test("has every setting of the graph", async () => {
    const made = await mappingOf(name);
    const settings = Object.keys(inputs).filter((key) => !ENDS.has(key));
    expect(pick(asInputs(made), settings)).toEqual(pick(inputs, settings));
    expect(made.FunctionArn).toBe(inputs["functionName"]);
    expect(made.State).toBe("Enabled");
  });

  test("has no setting beyond those of the graph but AWS's defaults", async () => {
    const own = Object.entries(asInputs(await mappingOf(name))).filter(([key]) => !(key in inputs));
    expect(Object.fromEntries(own)).toEqual(
      "startingPosition" in inputs ? { maximumBatchingWindowInSeconds: 0, tumblingWindowInSeconds: 0 } : {},
    );
  });

  test("reads the source of the graph", async () => {
    const made = await mappingOf(name);
    // The graph is made before the table is, so a stream's label is not known to it.
    expect(made.EventSourceArn?.replace(/\/stream\/.*/, "/stream/latest")).toBe(inputs["eventSourceArn"]);
  });
});

async function mappingOf(functionName: string): Promise<EventSourceMappingConfiguration> {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: functionName }),
  );
  const [made, ...more] = EventSourceMappings;
  if (made === undefined || more.length > 0) throw new Error(`${functionName} has ${more.length} mappings too many`);
  return made;
}

/** A mapping as Lambda's API shows it, in the form of Pulumi's inputs; what AWS alone decides is left out. */
function asInputs(made: EventSourceMappingConfiguration): Readonly<Record<string, unknown>> {
  const { DestinationConfig, ScalingConfig, ...rest } = made;
  const decided =
    /^(?:UUID|State|StateTransitionReason|LastModified|LastProcessingResult|EventSourceMappingArn|FunctionArn|EventSourceArn)$/;
  const target = DestinationConfig?.OnFailure?.Destination;
  return {
    ...Object.fromEntries(
      Object.entries(rest)
        .filter(([name]) => !decided.test(name))
        .map(([name, value]) => [lowerFirst(name), value]),
    ),
    ...(ScalingConfig && { scalingConfig: { maximumConcurrency: ScalingConfig.MaximumConcurrency } }),
    ...(target !== undefined && { destinationConfig: { onFailure: { destinationArn: target } } }),
  };
}

test.each(inputsOf("aws:sqs/queue:Queue").map((inputs) => ({ inputs, name: String(inputs["name"]) })))(
  "queue $name has the visibility timeout, retention, delay and redrive policy of the graph",
  async ({ name, inputs }) => {
    const QueueUrl = `${cloud.endpoint}/000000000000/${name}`;
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    const { VisibilityTimeout, MessageRetentionPeriod, DelaySeconds, RedrivePolicy } = Attributes;
    expect({
      visibilityTimeoutSeconds: Number(VisibilityTimeout),
      messageRetentionSeconds: Number(MessageRetentionPeriod),
      delaySeconds: Number(DelaySeconds),
      ...(RedrivePolicy !== undefined && { redrivePolicy: JSON.parse(RedrivePolicy) }),
    }).toEqual({
      ...pick(inputs, ["visibilityTimeoutSeconds", "messageRetentionSeconds", "delaySeconds"]),
      ...("redrivePolicy" in inputs && { redrivePolicy: JSON.parse(String(inputs["redrivePolicy"])) }),
    });
  },
);

test.each(inputsOf("aws:dynamodb/table:Table").map((inputs) => ({ inputs, name: String(inputs["name"]) })))(
  "table $name has the keys, the stream and the expiry of the graph",
  async ({ name, inputs }) => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: name }));
    const keys = Object.fromEntries((Table?.KeySchema ?? []).map((key) => [key.KeyType, key.AttributeName]));
    const { TimeToLiveDescription: ttl } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: name }));
    expect({
      attributes: Table?.AttributeDefinitions?.map((it) => ({ name: it.AttributeName, type: it.AttributeType })),
      billingMode: Table?.BillingModeSummary?.BillingMode,
      hashKey: keys["HASH"],
      ...("RANGE" in keys && { rangeKey: keys["RANGE"] }),
      streamEnabled: Table?.StreamSpecification?.StreamEnabled ?? false,
      ...(Table?.StreamSpecification && { streamViewType: Table.StreamSpecification.StreamViewType }),
      ...(ttl?.AttributeName !== undefined && { ttl: { attributeName: ttl.AttributeName, enabled: true } }),
    }).toEqual(
      pick(inputs, ["attributes", "billingMode", "hashKey", "rangeKey", "streamEnabled", "streamViewType", "ttl"]),
    );
  },
);

test("a deployment publishes the names that the local cloud exports", () => {
  const [parameter = {}] = inputsOf("aws:ssm/parameter:Parameter");
  const published: Readonly<Record<string, string>> = JSON.parse(
    JSON.stringify(parameter["insecureValue"]).replaceAll(`https://sqs.${graph.region}.amazonaws.com`, cloud.endpoint),
  );
  expect(Object.keys(published).length).toBeGreaterThan(0);
  expect(pick(cloud.environment, Object.keys(published))).toEqual(published);
});

test("notifications are those of the graph", () => {
  const given = inputsOf("aws:s3/bucketNotification:BucketNotification");
  expect(given).not.toEqual([]);
  const applied = readGraph(graph).notifications;
  expect(
    given.map(({ bucket }) => ({
      bucket,
      lambdaFunctions: applied
        .filter((each) => each.bucket === bucket)
        .map(({ id, events, targetArn }) => ({ events, id, lambdaFunctionArn: targetArn })),
      queues: [],
      topics: [],
    })),
  ).toEqual(given);
});

test("a failed asynchronous invocation is retried as often, and ends in the same queue, as the graph says", async () => {
  const [given = {}] = inputsOf("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");
  const [applied] = readGraph(graph).invokeConfigs;
  expect({
    functionName: applied?.functionName,
    maximumRetryAttempts: applied?.maximumRetryAttempts,
    maximumEventAgeInSeconds: applied?.maximumEventAgeSeconds,
    destinationConfig: { onFailure: { destination: applied?.onFailure } },
  }).toEqual(given);

  const FunctionName = String(given["functionName"]);
  await lambda.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: '{"no":"S3 event"}' }));
  await cloud.waitUntilIdle(30_000);
  const QueueUrl = `${cloud.endpoint}/000000000000/${nameIn(applied?.onFailure ?? "")}`;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages.map(({ Body = "" }) => JSON.parse(Body))).toMatchObject([
    {
      requestContext: {
        condition: "RetriesExhausted",
        approximateInvokeCount: Number(given["maximumRetryAttempts"]) + 1,
      },
      requestPayload: { no: "S3 event" },
    },
  ]);
});
