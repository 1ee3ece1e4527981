import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { DatabaseSync } from "node:sqlite";
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startFauxqs, type Fauxqs } from "../../emulators/fauxqs.ts";
import { createBuckets } from "../../emulators/fauxqs-buckets.ts";
import { createQueues } from "../../emulators/fauxqs-queues.ts";
import { createTopics } from "../../emulators/fauxqs-topics.ts";
import type { Queues } from "../../emulators/queues.ts";
import type { QueueMapping, StreamMapping } from "../../graph/graph.ts";
import { createEventSources, type EventSources } from "../event-sources.ts";
import { createMappingApi } from "./mapping-api.ts";
import { scriptLambda, type ScriptedLambda } from "../../../test/scripted-lambda.ts";

const orders = {
  name: "orders",
  arn: "arn:aws:sqs:eu-central-2:000000000000:orders",
  component: "Orders",
  visibilityTimeoutSeconds: 60,
  retentionSeconds: 345_600,
  delaySeconds: 0,
  receiveWaitSeconds: 0,
  maximumMessageBytes: 1_048_576,
};
const functionArn = (name: string) => `arn:aws:lambda:eu-central-2:000000000000:function:${name}`;
const tableArn = "arn:aws:dynamodb:eu-central-2:000000000000:table/orders";
const queueMapping: QueueMapping = {
  uuid: "11111111-1111-4111-8111-111111111111",
  kind: "sqs",
  eventSourceArn: orders.arn,
  functionName: "order-queue",
  functionArn: functionArn("order-queue"),
  enabled: true,
  batchSize: 10,
  maximumBatchingWindowSeconds: 0,
  reportBatchItemFailures: true,
  filters: ['{"body":{"kind":["order"]}}'],
  maximumConcurrency: 5,
};
/** Disabled: nothing reads a stream in these tests. */
const streamMapping: StreamMapping = {
  uuid: "22222222-2222-4222-8222-222222222222",
  kind: "dynamodb",
  eventSourceArn: `${tableArn}/stream/latest`,
  functionName: "change-audit",
  functionArn: functionArn("change-audit"),
  enabled: false,
  batchSize: 100,
  maximumBatchingWindowSeconds: 0,
  reportBatchItemFailures: false,
  filters: [],
  tableName: "orders",
  startingPosition: "TRIM_HORIZON",
  parallelizationFactor: 2,
  maximumRetryAttempts: 3,
  maximumRecordAgeSeconds: -1,
  bisectBatchOnFunctionError: true,
  onFailure: "arn:aws:s3:::failures",
};
const { uuid: UUID } = queueMapping;

let fauxqs: Fauxqs;
let queues: Queues;
let lambda: ScriptedLambda;
let eventSources: EventSources;
let server: Server;
let client: LambdaClient;
/** The function ends when this is called. */
let letGo: () => void;

beforeEach(async () => {
  fauxqs = await startFauxqs({ origin: "http://127.0.0.1:0", region: "eu-central-2" });
  queues = createQueues(fauxqs.sqs, [orders]);
  const { promise, resolve } = Promise.withResolvers<void>();
  letGo = resolve;
  lambda = scriptLambda((records) => (records[0]?.body?.includes("slow") ? promise : undefined));
  const tables = {
    url: "http://127.0.0.1:0",
    onWrite: () => () => undefined,
    streamArn: async () => `${tableArn.replace("eu-central-2", "ddblocal")}/stream/2026-01-01T00:00:00.000`,
    toPublic: (text: string) => text.replace("ddblocal", "eu-central-2"),
    expired: () => Promise.resolve(new Set<string>()),
  };
  eventSources = createEventSources({
    notifications: [],
    rules: [],
    schedules: [],
    bucketsOnBus: [],
    mappings: [queueMapping, streamMapping],
    queueDefinitions: [orders],
    lambda,
    queues,
    buckets: createBuckets(fauxqs.s3, []),
    topics: createTopics(fauxqs.sns, [], [], "eu-central-2"),
    tables,
    state: new DatabaseSync(":memory:"),
    timeScale: 1,
    region: "eu-central-2",
    origin: "http://127.0.0.1:0",
  });
  await eventSources.start();
  const handle = createMappingApi({ mappings: eventSources.mappings, tables, region: "eu-central-2" });
  server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  client = new LambdaClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-central-2",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  letGo();
  client.destroy();
  server.close();
  await eventSources.stop();
  await fauxqs.stop();
});

const get = (uuid = UUID) => client.send(new GetEventSourceMappingCommand({ UUID: uuid }));
const enable = (Enabled: boolean) => client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
const stateIs = (State: string) => vi.waitFor(async () => expect(await get()).toMatchObject({ State }));

describe("ListEventSourceMappings", () => {
  test("shows a queue's mapping with all that it is made of", async () => {
    const { EventSourceMappings } = await client.send(new ListEventSourceMappingsCommand({}));
    expect(EventSourceMappings?.[0]).toEqual({
      UUID,
      EventSourceMappingArn: `arn:aws:lambda:eu-central-2:000000000000:event-source-mapping:${UUID}`,
      EventSourceArn: orders.arn,
      FunctionArn: functionArn("order-queue"),
      State: "Enabled",
      StateTransitionReason: "USER_INITIATED",
      LastModified: expect.any(Date),
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["order"]}}' }] },
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });

  test("shows a stream's mapping with the stream's ARN as DescribeTable tells it", async () => {
    const { EventSourceMappings } = await client.send(new ListEventSourceMappingsCommand({}));
    expect(EventSourceMappings?.[1]).toMatchObject({
      EventSourceArn: `${tableArn}/stream/2026-01-01T00:00:00.000`,
      State: "Disabled",
      StartingPosition: "TRIM_HORIZON",
      ParallelizationFactor: 2,
      MaximumRetryAttempts: 3,
      MaximumRecordAgeInSeconds: -1,
      BisectBatchOnFunctionError: true,
      DestinationConfig: { OnFailure: { Destination: "arn:aws:s3:::failures" } },
      LastProcessingResult: "No records processed",
    });
  });

  test.each([
    ["the function's name", { FunctionName: "order-queue" }, [UUID]],
    ["the function's ARN", { FunctionName: functionArn("change-audit") }, [streamMapping.uuid]],
    ["the queue", { EventSourceArn: orders.arn }, [UUID]],
    ["any stream of the table", { EventSourceArn: `${tableArn}/stream/2026` }, [streamMapping.uuid]],
    ["a function without one", { FunctionName: "upload-ingest" }, []],
  ])("finds mappings by %s", async (_, input, uuids) => {
    const { EventSourceMappings } = await client.send(new ListEventSourceMappingsCommand(input));
    expect(EventSourceMappings?.map((mapping) => mapping.UUID)).toEqual(uuids);
  });

  test("of a function in another region is a 404: not reachable", async () => {
    const FunctionName = "arn:aws:lambda:us-east-1:000000000000:function:order-queue";
    await expect(client.send(new ListEventSourceMappingsCommand({ FunctionName }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Functions from 'us-east-1' are not reachable in this region ('eu-central-2')",
    });
  });

  test("gives one page after the other", async () => {
    const first = await client.send(new ListEventSourceMappingsCommand({ MaxItems: 1 }));
    expect(first.EventSourceMappings).toHaveLength(1);
    const second = await client.send(new ListEventSourceMappingsCommand({ MaxItems: 1, Marker: first.NextMarker }));
    expect(second.EventSourceMappings?.[0]?.UUID).toBe(streamMapping.uuid);
    expect(second.NextMarker).toBeUndefined();
  });
});

describe("UpdateEventSourceMapping", () => {
  test("disables: what is in flight ends and is deleted, and no further message is taken", async () => {
    queues.send(orders.arn, { body: '{"kind":"order","slow":true}' });
    await vi.waitFor(() => expect(lambda.running).toBe(1));
    expect(await enable(false)).toMatchObject({ $metadata: { httpStatusCode: 202 }, State: "Disabling" });
    queues.send(orders.arn, { body: '{"kind":"order"}' });
    expect(eventSources.idle()).toBe(false);
    letGo();
    await stateIs("Disabled");
    expect(queues.depth(orders.arn)).toMatchObject({ visible: 1, inFlight: 0 });
    expect(lambda.batches).toHaveLength(1);
    expect(eventSources.idle()).toBe(true);
  });

  test("refuses a change while the mapping is being disabled", async () => {
    queues.send(orders.arn, { body: '{"kind":"order","slow":true}' });
    await vi.waitFor(() => expect(lambda.running).toBe(1));
    await enable(false);
    await expect(enable(true)).rejects.toMatchObject({
      name: "ResourceInUseException",
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("enables: messages that came meanwhile are delivered, and the figures are counted on", async () => {
    queues.send(orders.arn, { body: '{"kind":"order","n":1}' });
    await vi.waitFor(() => expect(lambda.batches).toHaveLength(1));
    await enable(false);
    await stateIs("Disabled");
    queues.send(orders.arn, { body: '{"kind":"order","n":2}' });
    expect(await enable(true)).toMatchObject({ State: "Enabling" });
    await vi.waitFor(() => expect(lambda.batches).toHaveLength(2));
    await stateIs("Enabled");
    await vi.waitFor(() => expect(eventSources.idle()).toBe(true));
    expect(eventSources.status()[0]).toMatchObject({ uuid: UUID, state: "Enabled", batches: 2, records: 2 });
  });

  test("of what the graph says is refused", async () => {
    const expected = { name: "InvalidParameterValueException", message: expect.stringContaining("infra/graph.json") };
    await expect(client.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 5 }))).rejects.toMatchObject(
      expected,
    );
    await expect(client.send(new DeleteEventSourceMappingCommand({ UUID }))).rejects.toMatchObject(expected);
    const create = new CreateEventSourceMappingCommand({ FunctionName: "order-queue", EventSourceArn: orders.arn });
    await expect(client.send(create)).rejects.toMatchObject(expected);
  });
});

const UNKNOWN = { UUID: "33333333-3333-4333-8333-333333333333" };

test.each([
  ["GetEventSourceMapping", () => client.send(new GetEventSourceMappingCommand(UNKNOWN))],
  ["UpdateEventSourceMapping", () => client.send(new UpdateEventSourceMappingCommand({ ...UNKNOWN, Enabled: false }))],
  ["DeleteEventSourceMapping", () => client.send(new DeleteEventSourceMappingCommand(UNKNOWN))],
])("%s of a mapping that does not exist is a 404 ResourceNotFoundException", async (_, ask) => {
  await expect(ask()).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    $metadata: { httpStatusCode: 404 },
    message: "The resource you requested does not exist.",
  });
});
