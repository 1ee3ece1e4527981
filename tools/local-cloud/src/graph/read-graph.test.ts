import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InvalidGraph } from "./invalid-graph.ts";
import { notRunSentences, withoutNotRun } from "./not-run.ts";
import { readGraph } from "./read-graph.ts";
import { smallPipeline, testGraph } from "../../test/testing-graph.ts";

const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const FUNCTION = { name: "worker", handler: "worker/handler.handler", runtime: "nodejs24.x" };
const QUEUE_ARN = "arn:aws:sqs:eu-central-2:000000000000:test-orders";
const STREAM_ARN = "arn:aws:dynamodb:eu-central-2:000000000000:table/test-orders-table/stream/latest";

function graphWith(type: string, inputs: Record<string, unknown>) {
  return readGraph(testGraph([...smallPipeline, { type, name: "Extra", inputs }]));
}

describe("the graph", () => {
  test("of the repository reads whole: every function, queue, table, bucket, notification and mapping", () => {
    const text = readFileSync(new URL("../../../../infra/graph.json", import.meta.url), "utf8");
    const graph = readGraph(JSON.parse(text));
    expect(graph.functions.map(({ handler }) => handler).toSorted()).toEqual([
      "apps/change-audit/src/handler.handler",
      "apps/order-queue/src/handler.handler",
      "apps/upload-ingest/src/handler.handler",
    ]);
    expect(graph.queues.map(({ component }) => component).toSorted()).toEqual([
      "Orders",
      "OrdersDlq",
      "UploadFailures",
    ]);
    expect(graph.tables).toHaveLength(4);
    expect(graph.buckets).toHaveLength(3);
    expect(graph.notifications).toHaveLength(1);
    expect(graph.mappings.map(({ kind }) => kind).toSorted()).toEqual(["dynamodb", "sqs"]);
  });

  test("gives a queue SQS's defaults where it names none", () => {
    const [deadLetters] = readGraph(testGraph()).queues;
    expect(deadLetters).toMatchObject({ visibilityTimeoutSeconds: 30, retentionSeconds: 345_600, delaySeconds: 0 });
  });

  test("gives a function Lambda's defaults, and its asynchronous configuration", () => {
    const resources = [
      { type: "aws:lambda/function:Function", name: "Worker", inputs: FUNCTION },
      {
        type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        name: "WorkerInvoke",
        inputs: {
          functionName: "worker",
          maximumRetryAttempts: 0,
          destinationConfig: { onFailure: { destination: QUEUE_ARN } },
        },
      },
    ];
    expect(readGraph(testGraph(resources)).functions).toEqual([
      expect.objectContaining({
        arn: "arn:aws:lambda:eu-central-2:000000000000:function:worker",
        timeoutSeconds: 3,
        memoryMb: 128,
        logFormat: "Text",
        invokeConfig: {
          functionName: "worker",
          maximumRetryAttempts: 0,
          maximumEventAgeSeconds: 21_600,
          onFailure: QUEUE_ARN,
        },
      }),
    ]);
  });

  test.each([
    ["three retries", { maximumRetryAttempts: 3 }],
    ["an event age of less than a minute", { maximumEventAgeInSeconds: 59 }],
    ["an event age of more than six hours", { maximumEventAgeInSeconds: 21_601 }],
  ])("refuses an asynchronous configuration with %s", (_, part) => {
    const type = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
    const read = (inputs: object) => graphWith(type, { functionName: "worker", ...inputs });
    expect(() => read(part)).toThrow(InvalidGraph);
    expect(() => read({ maximumRetryAttempts: 2, maximumEventAgeInSeconds: 60 })).not.toThrow();
    expect(() => read({ maximumRetryAttempts: 0, maximumEventAgeInSeconds: 21_600 })).not.toThrow();
  });

  test("gives mappings Lambda's defaults: batches of 10 for a queue, of 100 for a stream without limits of retries and age", () => {
    const type = "aws:lambda/eventSourceMapping:EventSourceMapping";
    const target = "arn:aws:lambda:eu-central-2:000000000000:function:worker";
    expect(graphWith(type, { eventSourceArn: QUEUE_ARN, functionName: target }).mappings).toEqual([
      expect.objectContaining({
        kind: "sqs",
        functionName: "worker",
        batchSize: 10,
        enabled: true,
        reportBatchItemFailures: false,
      }),
    ]);
    expect(
      graphWith(type, { eventSourceArn: STREAM_ARN, functionName: "worker", startingPosition: "LATEST" }).mappings,
    ).toEqual([
      expect.objectContaining({
        kind: "dynamodb",
        tableName: "test-orders-table",
        functionArn: target,
        batchSize: 100,
        parallelizationFactor: 1,
        maximumRetryAttempts: -1,
        maximumRecordAgeSeconds: -1,
      }),
    ]);
  });

  test("reads the provisioned pollers of a queue's mapping, with Lambda's defaults", () => {
    const pollersOf = (provisionedPollerConfig: object) =>
      graphWith(MAPPING, { eventSourceArn: QUEUE_ARN, functionName: "worker", provisionedPollerConfig }).mappings[0];
    expect(pollersOf({ minimumPollers: 5, maximumPollers: 100 })).toMatchObject({
      provisionedPollers: { minimum: 5, maximum: 100 },
    });
    expect(pollersOf({})).toMatchObject({ provisionedPollers: { minimum: 2, maximum: 200 } });
    const ofStream = { eventSourceArn: STREAM_ARN, functionName: "worker", startingPosition: "LATEST" };
    expect(() => graphWith(MAPPING, { ...ofStream, provisionedPollerConfig: { minimumPollers: 2 } })).toThrow(
      "Unsupported ProvisionedPollerConfig parameter for given event source mapping type.",
    );
  });

  test.each([
    ["destinationConfig", { onFailure: { destinationArn: QUEUE_ARN } }, "DestinationConfig"],
    ["startingPosition", "LATEST", "StartingPosition"],
    ["parallelizationFactor", 2, "ParallelizationFactor"],
    ["maximumRetryAttempts", 3, "MaximumRetryAttempts"],
    ["maximumRecordAgeInSeconds", 60, "MaximumRecordAgeInSeconds"],
    ["bisectBatchOnFunctionError", false, "BisectBatchOnFunctionError"],
  ])("refuses %s on a queue's mapping, as AWS does", (name, value, parameter) => {
    const mapping = { eventSourceArn: QUEUE_ARN, functionName: "worker", [name]: value };
    expect(() => graphWith(MAPPING, mapping)).toThrow(
      `Unsupported ${parameter} parameter for given event source mapping type.`,
    );
  });

  test("refuses a mapping to a function of another region", () => {
    const functionName = "arn:aws:lambda:us-east-1:000000000000:function:worker";
    expect(() => graphWith(MAPPING, { eventSourceArn: QUEUE_ARN, functionName })).toThrow(
      "Functions from 'us-east-1' are not reachable in this region ('eu-central-2')",
    );
  });

  test("reads an empty list of filters as none, as AWS does (recorded), and refuses a filter without a pattern", () => {
    const read = (filters: object[]) =>
      graphWith(MAPPING, { eventSourceArn: QUEUE_ARN, functionName: "worker", filterCriteria: { filters } }).mappings;
    expect(read([])).toMatchObject([{ filters: [] }]);
    expect(read([{ pattern: '{"body":["a"]}' }])).toMatchObject([{ filters: ['{"body":["a"]}'] }]);
    expect(() => read([{ pattern: null }])).toThrow("Invalid filter pattern definition.");
  });

  test("refuses an index whose key has several attributes, which DynamoDB Local does not have", () => {
    const keySchemas = ["id", "region"].map((attributeName) => ({ attributeName, keyType: "HASH" }));
    const attributes = ["id", "region"].map((name) => ({ name, type: "S" }));
    const globalSecondaryIndexes = [{ name: "by-both", keySchemas, projectionType: "ALL" }];
    const inputs = { name: "tbl", attributes, hashKey: "id", globalSecondaryIndexes };
    expect(() => graphWith("aws:dynamodb/table:Table", inputs)).toThrow(
      "its index by-both has a key of several attributes",
    );
  });

  test.each([
    ["a FIFO queue without the suffix", { name: "q", fifoQueue: true }],
    ["a standard queue with it", { name: "q.fifo" }],
  ])("refuses %s", (_what, inputs) => {
    expect(() => graphWith("aws:sqs/queue:Queue", inputs)).toThrow("names that end in .fifo");
  });

  test.each([
    ["its runtime is python3.13, and the local cloud runs Node.js", { runtime: "python3.13" }],
    ["its runtime is provided.al2023, and the local cloud runs Node.js", { runtime: "provided.al2023" }],
    ["it is a container image", { packageType: "Image", runtime: null, handler: null }],
    ["its code is an archive, dist/worker.zip", { code: { path: "dist/worker.zip" } }],
    ["its code is put together inside of the configuration", { code: { assets: {} } }],
  ])("has a function that is not run: %s; and nothing invokes it", (notRun, over) => {
    const worker = { type: "aws:lambda/function:Function", name: "Worker", inputs: { ...FUNCTION, ...over } };
    const mapping = { type: MAPPING, name: "Mapping", inputs: { eventSourceArn: QUEUE_ARN, functionName: "worker" } };
    const rule = {
      type: "aws:cloudwatch/eventRule:EventRule",
      name: "Nightly",
      inputs: { name: "nightly", scheduleExpression: "rate(1 day)" },
    };
    const arn = "arn:aws:lambda:eu-central-2:000000000000:function:worker";
    const target = { type: "aws:cloudwatch/eventTarget:EventTarget", name: "Target", inputs: { rule: "nightly", arn } };
    const graph = readGraph(testGraph([...smallPipeline, worker, mapping, rule, target]));
    expect(graph.functions).toMatchObject([{ name: "worker", notRun }]);
    expect(graph.rules).toMatchObject([{ targets: [{ arn }] }]);
    expect(graph.mappings).toHaveLength(1);
    expect(withoutNotRun(graph).mappings).toEqual([]);
    expect(withoutNotRun(graph).rules).toMatchObject([{ name: "nightly", targets: [] }]);
    expect(notRunSentences(graph)).toEqual([
      `Not run here: the function Worker: ${notRun}. What would invoke it waits.`,
    ]);
  });

  test("has a function of a folder that is built already", () => {
    const graph = graphWith("aws:lambda/function:Function", { ...FUNCTION, code: { path: "dist" } });
    expect(graph.functions).toMatchObject([{ code: { bundle: "dist", handler: FUNCTION.handler } }]);
    expect(withoutNotRun(graph).functions).toEqual(graph.functions);
  });

  test("keeps a mapping's UUID as long as its name", () => {
    const mapping = () =>
      graphWith("aws:lambda/eventSourceMapping:EventSourceMapping", {
        eventSourceArn: QUEUE_ARN,
        functionName: "worker",
      }).mappings[0];
    expect(mapping()?.uuid).toBe(mapping()?.uuid);
    expect(mapping()?.uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test("reads topics and their subscriptions as SST makes them", () => {
    const topicArn = "arn:aws:sns:eu-central-2:000000000000:test-alerts";
    const redrivePolicy = '{"deadLetterTargetArn":"arn:aws:sqs:eu-central-2:000000000000:test-orders-dlq"}';
    expect(
      graphWith("aws:sns/topic:Topic", { name: "test-alerts", fifoTopic: false, displayName: "Alerts" }).topics,
    ).toEqual([{ name: "test-alerts", arn: topicArn, component: "Extra", attributes: { DisplayName: "Alerts" } }]);
    const subscription = {
      topic: topicArn,
      protocol: "sqs",
      endpoint: QUEUE_ARN,
      filterPolicy: '{"price":[{"numeric":[">=",100]}]}',
      filterPolicyScope: "MessageBody",
      rawMessageDelivery: true,
      redrivePolicy,
    };
    expect(graphWith("aws:sns/topicSubscription:TopicSubscription", subscription).subscriptions).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        topicArn,
        protocol: "sqs",
        endpoint: QUEUE_ARN,
        attributes: {
          FilterPolicy: subscription.filterPolicy,
          FilterPolicyScope: "MessageBody",
          RawMessageDelivery: "true",
          RedrivePolicy: redrivePolicy,
        },
      },
    ]);
  });

  test.each([
    ["a FIFO topic", "aws:sns/topic:Topic", { name: "a.fifo", fifoTopic: true }, "a.fifo is a FIFO topic"],
    [
      "a filter policy that SNS refuses",
      "aws:sns/topicSubscription:TopicSubscription",
      { topic: "arn", protocol: "sqs", endpoint: QUEUE_ARN, filterPolicy: '{"a":[]}' },
      "Invalid parameter: FilterPolicy: Empty arrays are not allowed",
    ],
  ])("refuses %s", (_what, type, inputs, message) => {
    expect(() => graphWith(type, inputs)).toThrow(message);
  });

  test("reads a bucket's notifications to functions, queues and topics", () => {
    const [lambdaFunctionArn, topicArn] = ["arn:aws:lambda:eu-central-2:0:function:f", "arn:aws:sns:eu-central-2:0:t"];
    const inputs = {
      bucket: "b",
      lambdaFunctions: [{ id: "F", lambdaFunctionArn, events: ["s3:ObjectCreated:*"] }],
      queues: [{ queueArn: QUEUE_ARN, events: ["s3:ObjectCreated:Put"], filterPrefix: "in/", filterSuffix: ".csv" }],
      topics: [{ id: "T", topicArn, events: ["s3:ObjectRemoved:*"] }],
    };
    expect(graphWith("aws:s3/bucketNotification:BucketNotification", inputs).notifications).toEqual([
      { id: "F", bucket: "b", targetArn: lambdaFunctionArn, events: ["s3:ObjectCreated:*"], prefix: "", suffix: "" },
      {
        id: QUEUE_ARN.split(":").at(-1),
        bucket: "b",
        targetArn: QUEUE_ARN,
        events: ["s3:ObjectCreated:Put"],
        prefix: "in/",
        suffix: ".csv",
      },
      { id: "T", bucket: "b", targetArn: topicArn, events: ["s3:ObjectRemoved:*"], prefix: "", suffix: "" },
    ]);
  });

  test("that does not read is refused with the resource and the path", () => {
    const read = () => graphWith("aws:sqs/queue:Queue", { name: "q", visibilityTimeoutSeconds: "60" });
    expect(read).toThrow(InvalidGraph);
    expect(read).toThrow("aws:sqs/queue:Queue Extra: visibilityTimeoutSeconds: ");
  });

  test("is refused where a key is no attribute", () => {
    expect(() => graphWith("aws:dynamodb/table:Table", { name: "tbl", attributes: [], hashKey: "id" })).toThrow(
      "id is no attribute",
    );
  });

  test("goes on without a mapping whose source is not there, and says so", () => {
    const kinesis = { eventSourceArn: "arn:aws:kinesis:eu-central-2:0:stream/s", functionName: "worker" };
    const { mappings, notRun } = graphWith("aws:lambda/eventSourceMapping:EventSourceMapping", kinesis);
    expect(mappings).toEqual(graphWith("pulumi:none", {}).mappings);
    expect(notRun).toEqual([
      expect.stringMatching(/^Not run here: Extra .* of arn:aws:kinesis.*queues and tables' streams/),
    ]);
  });
});
