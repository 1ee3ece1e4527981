import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { badFile } from "@doorbell/ops/demo/bad-file";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import production from "@doorbell/infra/graph.production.json" with { type: "json" };
import { viewGraph } from "@doorbell/infra/policy/graph-view";
import type { Access } from "@doorbell/infra/policy/iam-actions";
import { isAllowed } from "@doorbell/infra/policy/iam-policy";
import { statementsOf, watchRoles } from "@doorbell/infra/policy/watched-role";
import { services } from "@doorbell/infra/services";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { isUploadLogEvent, UPLOAD_NOT_TAKEN_PATTERN } from "@doorbell/upload-ingest/log-events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cancellation, change, order, queueEvent, uploadEvent } from "./support/service-events.ts";

const root = resolve(import.meta.dirname, "..");
const view = viewGraph(graph);
const prefix = `${graph.app}-${graph.stage}-`;
/** Those that `everyPath` drives; any other service tests its own role (docs/new-service.md). */
const functions = ["upload-ingest", "order-queue", "change-audit"].map((name) => prefix + name);

/** Granted, called by nobody's code, and not for Lambda either; each for a reason. */
const NOT_CALLED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "upload-ingest": {
    "s3:ListBucket uploadsbucket": "without it S3 answers 403, not 404, for an object that is gone",
  },
};

let cloud: LocalCloud;
let watched: Awaited<ReturnType<typeof watchRoles<typeof graph>>>;
const text = ({ action, resource }: Access) => `${action} ${resource}`;

beforeAll(async () => {
  watched = await watchRoles(graph, functions);
  cloud = await startLocalCloud({ root, graph: watched.graph, timeScale: 0.001 }); // retries after a minute and two
  watched.forwardTo(cloud.endpoint);
  await everyPath();
}, 120_000);

afterAll(async () => {
  await cloud?.stop();
  await watched?.stop();
});

/** Sends through the services what makes them take each of their paths to AWS. */
async function everyPath(): Promise<void> {
  const client = {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId: "doorbell", secretAccessKey: "doorbell" },
  };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const sqs = new SQSClient(client);
  const { UPLOADS_BUCKET: Bucket = "", ORDERS_QUEUE_URL: QueueUrl } = cloud.environment;
  const put = async (Key: string, Body: string) => {
    const { ETag = "" } = await s3.send(
      new PutObjectCommand({ Bucket, Key, Body, ContentLength: Buffer.byteLength(Body) }),
    );
    await cloud.waitUntilIdle(60_000);
    return ETag.replaceAll('"', "");
  };
  const send = (body: object) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
  try {
    // Good orders and rejects; the same file again, told of by its version this time; a file that is refused.
    const eTag = await put("bad.csv", badFile.text);
    const event = uploadEvent(Bucket, { key: "bad.csv", eTag, size: badFile.text.length });
    await cloud.lambda.invoke(`${prefix}upload-ingest`, JSON.stringify(event));
    await cloud.lambda.invoke(
      `${prefix}upload-ingest`,
      JSON.stringify(uploadEvent(Bucket, { key: "bad.csv", eTag, size: badFile.text.length, versionId: "null" })),
    );
    await put("empty.csv", "");

    // More rejects than one part holds, then an order that cannot be sent: the parts are given back, and a retry succeeds.
    watched.role(`${prefix}upload-ingest`).recorder.refuseNext("AmazonSQS.SendMessageBatch");
    const rejects = Array.from({ length: 2500 }, () => JSON.stringify({ orderId: "B", x: "x".repeat(4000) }));
    await put("many.ndjson", [...rejects, order("MANY-1")].join("\n"));

    // A cancellation, twice; what is no event.
    await send(cancellation("DEMO-GOOD-1"));
    await cloud.waitUntilIdle(60_000);
    await send(cancellation("DEMO-GOOD-1"));
    await send({ no: "event" });
    // And one that comes before its order.
    await send(cancellation("LATE-1"));
    await cloud.waitUntilIdle(60_000);
    await put("late.ndjson", order("LATE-1"));

    // An order whose table is away, so that its message is to come back later.
    watched.role(`${prefix}order-queue`).recorder.refuseNext("DynamoDB_20120810.BatchExecuteStatement");
    await cloud.lambda.invoke(`${prefix}order-queue`, JSON.stringify(queueEvent(cancellation("AWAY-1"))));

    // The same change twice, and one that nobody can audit.
    const changes = JSON.stringify({ Records: [change({ id: { S: "SEEN" }, version: { N: "1" } })] });
    await cloud.lambda.invoke(`${prefix}change-audit`, changes);
    await cloud.lambda.invoke(`${prefix}change-audit`, changes);
    await cloud.lambda.invoke(`${prefix}change-audit`, JSON.stringify({ Records: [change({ id: { S: "BAD" } })] }));
  } finally {
    s3.destroy();
    sqs.destroy();
  }
}

describe.each(functions)("%s", (name) => {
  test("is allowed by its own role every call that it makes", () => {
    expect(watched.role(name).calls()).not.toEqual([]);
    expect(watched.role(name).denied()).toEqual([]);
  });

  test("is granted nothing that it does not call, but what is listed with its reason", () => {
    const shortened = watched
      .role(name)
      .unused()
      .map((grant) => grant.replace(/ .*doorbell-local-/, " "));
    expect(shortened.toSorted()).toEqual(Object.keys(NOT_CALLED[name.replace(prefix, "")] ?? {}).toSorted());
  });

  test("would not get through with another function's role", () => {
    const calls = watched.role(name).calls();
    for (const other of functions.filter((it) => it !== name))
      expect(calls.filter((call) => isAllowed(statementsOf(view, other), call)).map(text)).toEqual([]);
  });
});

test("a service that is not driven here tests its own role", () => {
  const others = services.filter(({ name }) => !functions.includes(prefix + name));
  for (const { name } of others)
    expect(readFileSync(join(root, "apps", name, "src", "handler.test.ts"), "utf8")).toContain("watchRoles(");
});

const linesOf = (name: string) => cloud.lambda.logs(name).map(({ line }) => parsedLine(line));
const alarms = viewGraph(production);
const isDriven = (name = "") => functions.includes(name.replace(production.stage, graph.stage));

test("every metric of a service's own that an alarm watches is counted, by the names that the alarm has", () => {
  const metrics = alarms
    .all("aws:cloudwatch/metricAlarm:MetricAlarm")
    .flatMap(({ metricQueries, ...alarm }) => [alarm, ...metricQueries.flatMap(({ metric }) => metric ?? [])])
    .filter(({ namespace, dimensions }) => namespace === "Doorbell" && isDriven(dimensions["function"]))
    .map(({ metricName = "", dimensions }) => ({ metricName, ...dimensions }));
  const written = new Set<string>();
  for (const { metricName, ...dimensions } of metrics) {
    const own = JSON.parse(JSON.stringify(dimensions).replaceAll(production.stage, graph.stage));
    for (const line of linesOf(own.function).filter((each) => metricName in each && "_aws" in each)) {
      written.add(metricName);
      expect(line).toMatchObject(own);
      expect(line["_aws"]).toMatchObject({
        CloudWatchMetrics: [{ Namespace: "Doorbell", Dimensions: [Object.keys(own).toSorted().toReversed()] }],
      });
    }
  }
  expect([...written].toSorted()).toEqual([...new Set(metrics.map(({ metricName }) => metricName))].toSorted());
});

test("the lines of the log that an alarm counts are written, with the fields that are read", () => {
  const [filter, ...more] = alarms.all("aws:cloudwatch/logMetricFilter:LogMetricFilter");
  expect(more).toEqual([]);
  expect(filter?.pattern).toBe(UPLOAD_NOT_TAKEN_PATTERN);
  expect(linesOf(`${prefix}upload-ingest`).filter(isUploadLogEvent)).toContainEqual(
    expect.objectContaining({ event: "upload.handled", status: "refused" }),
  );
});

function parsedLine(line: string): Readonly<Record<string, unknown>> {
  return line.startsWith("{") ? Object(JSON.parse(line)) : {};
}
