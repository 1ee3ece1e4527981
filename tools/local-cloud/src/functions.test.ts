import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAsyncEventStore } from "./lambda/asynchronous/async-event-store.ts";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "./local-region.ts";
import { startLocalCloud } from "./start-local-cloud.ts";
import { openState } from "./state.ts";
import { smallPipeline, testGraph } from "../test/testing-graph.ts";
import type { LocalCloud } from "./start-local-cloud.ts";

const LIMIT_MS = 60_000;
const BUCKET = "test-uploads";

/** Logs the event that it was given, and its queue's URL; fails on the message "fail". */
const HANDLER = `export const handler = async (event) => {
  console.log(JSON.stringify({ event, queueUrl: process.env.ORDERS_QUEUE_URL, endpoint: process.env.AWS_ENDPOINT_URL }));
  if (event.Records?.some((record) => record.body === "fail")) throw new Error("asked to fail");
  return { seen: event.Records?.length ?? 0 };
};
`;

/** Asks the endpoint, so that an event that ran before it answers would time out. */
const EARLY = `export const handler = async () => {
  const answer = await fetch(process.env.AWS_ENDPOINT_URL + "/_doorbell/environment");
  console.log("the endpoint answered", answer.status);
};
`;

/** An event that a local cloud accepted before it was killed. */
function leaveEvent(stateDir: string): void {
  const state = openState(stateDir);
  const now = Date.now();
  const event = { requestId: randomUUID(), functionName: "on-start", payload: "{}", acceptedAt: now, dueAt: now };
  openAsyncEventStore(state).insert({ ...event, invokes: 0, throttles: 0, lastError: undefined });
  state.close();
}

const arnOf = (name: string) => `arn:aws:lambda:${LOCAL_REGION}:000000000000:function:${name}`;
const worker = (name: string) => ({
  type: "aws:lambda/function:Function",
  name,
  inputs: {
    name,
    handler: "worker.handler",
    runtime: "nodejs24.x",
    timeout: 20,
    environment: {
      variables: { ORDERS_QUEUE_URL: `https://sqs.${LOCAL_REGION}.amazonaws.com/000000000000/test-orders` },
    },
  },
});
const mapping = (name: string, functionName: string, inputs: Record<string, unknown>) => ({
  type: "aws:lambda/eventSourceMapping:EventSourceMapping",
  name,
  inputs: { functionName: arnOf(functionName), ...inputs },
});

const pipeline = [
  ...smallPipeline,
  worker("on-object"),
  worker("on-message"),
  worker("on-change"),
  {
    type: "aws:lambda/function:Function",
    name: "on-start",
    inputs: { name: "on-start", handler: "early.handler", runtime: "nodejs24.x", timeout: 1 },
  },
  {
    type: "aws:s3/bucketNotification:BucketNotification",
    name: "Notification",
    inputs: {
      bucket: BUCKET,
      lambdaFunctions: [
        {
          id: "all",
          lambdaFunctionArn: arnOf("on-object"),
          events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
          filterPrefix: "in/",
        },
      ],
    },
  },
  mapping("Queue", "on-message", { eventSourceArn: `arn:aws:sqs:${LOCAL_REGION}:000000000000:test-orders` }),
  mapping("Stream", "on-change", {
    eventSourceArn: `arn:aws:dynamodb:${LOCAL_REGION}:000000000000:table/test-orders-table/stream/latest`,
    startingPosition: "TRIM_HORIZON",
  }),
];

describe("a local cloud with functions", () => {
  let root: string;
  let cloud: LocalCloud;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "doorbell-functions-"));
    await writeFile(join(root, "worker.ts"), HANDLER);
    await writeFile(join(root, "early.ts"), EARLY);
    const stateDir = join(root, "state");
    await mkdir(stateDir);
    leaveEvent(stateDir);
    cloud = await startLocalCloud({ root, graph: testGraph(pipeline), stateDir });
  }, LIMIT_MS);
  afterAll(async () => {
    await cloud.stop();
    await rm(root, { recursive: true });
  });

  const client = <Client extends { destroy(): void }>(
    constructor: new (config: { endpoint: string; region: string; credentials: typeof LOCAL_CREDENTIALS }) => Client,
  ) => new constructor({ endpoint: cloud.endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
  const logged = (name: string) =>
    cloud.lambda
      .logs(name)
      .map(({ line }) => line)
      .join("\n");

  test(
    "runs an event that an earlier process left when the endpoint answers, not before",
    async () => {
      await cloud.waitUntilIdle(LIMIT_MS);
      expect(logged("on-start")).toContain("the endpoint answered 200");
      expect(logged("on-start")).not.toContain("timed out");
    },
    LIMIT_MS,
  );

  test(
    "tells a function of objects that were put, copied, put together from parts and deleted under the prefix, once idle all are told",
    async () => {
      const s3 = client(S3Client);
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "elsewhere/x", Body: "x" }));
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "in/a b.csv", Body: "abc" }));
      await s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: "in/copy.csv", CopySource: `${BUCKET}/elsewhere/x` }));
      await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "in/copy.csv" }));
      const parts = { Bucket: BUCKET, Key: "in/parts.csv" };
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(parts));
      const { ETag } = await s3.send(new UploadPartCommand({ ...parts, UploadId, PartNumber: 1, Body: "part" }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
      await s3.send(new CompleteMultipartUploadCommand({ ...parts, UploadId, MultipartUpload }));
      await s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: "in/parts.csv" }] } }));
      await cloud.waitUntilIdle(LIMIT_MS);
      const lines = logged("on-object");
      for (const part of ["ObjectCreated:Put", "in/a+b.csv", "ObjectCreated:Copy", "CompleteMultipartUpload"])
        expect(lines).toContain(part);
      expect(lines.match(/ObjectRemoved:Delete/g)).toHaveLength(2);
      expect(lines).not.toContain("elsewhere");
      s3.destroy();
    },
    LIMIT_MS,
  );

  test(
    "gives messages of the queue to a function, whose queue URL is local, and deletes them",
    async () => {
      const sqs = client(SQSClient);
      const QueueUrl = cloud.environment["ORDERS_QUEUE_URL"];
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "order 1" }));
      await cloud.waitUntilIdle(LIMIT_MS);
      expect(logged("on-message")).toContain("order 1");
      expect(logged("on-message")).toContain(QueueUrl);
      expect((await cloud.status()).queues.find(({ name }) => name === "test-orders")).toMatchObject({
        visible: 0,
        inFlight: 0,
      });
      sqs.destroy();
    },
    LIMIT_MS,
  );

  test(
    "gives changes of the table to a function",
    async () => {
      const dynamodb = client(DynamoDBClient);
      await dynamodb.send(new PutItemCommand({ TableName: "test-orders-table", Item: { id: { S: "changed" } } }));
      await cloud.waitUntilIdle(LIMIT_MS);
      expect(logged("on-change")).toContain("changed");
      expect(logged("on-change")).not.toContain("ddblocal");
      dynamodb.destroy();
    },
    LIMIT_MS,
  );

  test(
    "answers a synchronous invocation through the endpoint",
    async () => {
      const lambda = client(LambdaClient);
      const answer = await lambda.send(
        new InvokeCommand({ FunctionName: "on-object", Payload: Buffer.from('{"Records":[{}]}') }),
      );
      expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString())).toEqual({ seen: 1 });
      lambda.destroy();
    },
    LIMIT_MS,
  );

  test(
    "counts in its status what each mapping and function did",
    async () => {
      await cloud.waitUntilIdle(LIMIT_MS);
      const { functions, mappings } = await cloud.status();
      expect(functions.map((each) => each.function).toSorted()).toEqual([
        "on-change",
        "on-message",
        "on-object",
        "on-start",
      ]);
      expect(mappings.map(({ kind }) => kind).toSorted()).toEqual(["dynamodb", "s3", "sqs"]);
      for (const { records } of mappings) expect(records).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  test(
    "streams logs to a follower as they come",
    async () => {
      const abort = new AbortController();
      const answer = await fetch(`${cloud.endpoint}/_doorbell/logs?function=on-message&follow=1`, {
        signal: abort.signal,
      });
      const sqs = client(SQSClient);
      await sqs.send(
        new SendMessageCommand({ QueueUrl: cloud.environment["ORDERS_QUEUE_URL"], MessageBody: "for the follower" }),
      );
      let seen = "";
      for await (const chunk of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
        seen += chunk;
        if (seen.includes("for the follower")) break;
      }
      expect(JSON.parse(seen.slice(0, seen.indexOf("\n")))).toMatchObject({ function: "on-message" });
      abort.abort();
      sqs.destroy();
    },
    LIMIT_MS,
  );

  test(
    "is not idle while a message waits for its visibility timeout",
    async () => {
      const sqs = client(SQSClient);
      await sqs.send(new SendMessageCommand({ QueueUrl: cloud.environment["ORDERS_QUEUE_URL"], MessageBody: "fail" }));
      await expect(cloud.waitUntilIdle(2_000)).rejects.toMatchObject({ code: "NOT_IDLE" });
      const answer = await fetch(`${cloud.endpoint}/_doorbell/wait?timeoutMs=1`, { method: "POST" });
      expect(answer.status).toBe(408);
      sqs.destroy();
    },
    LIMIT_MS,
  );
});
