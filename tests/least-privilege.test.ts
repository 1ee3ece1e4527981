import { resolve } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { badFile } from "@doorbell/cli/demo/bad-file";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import production from "@doorbell/infra/graph.production.json" with { type: "json" };
import { nameIn, viewGraph } from "@doorbell/infra/policy/graph-view";
import { type Access, accessOf } from "@doorbell/infra/policy/iam-actions";
import { grantsOf, isAllowed, matches } from "@doorbell/infra/policy/iam-policy";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Recorder, startRecorder, withEndpoints } from "./support/recorded-calls.ts";

const root = resolve(import.meta.dirname, "..");
const view = viewGraph(graph);
const functions = view.all("aws:lambda/function:Function").map(({ name, role }) => ({ name, role: nameIn(role) }));
const place = { region: graph.region, account: "000000000000" };
const prefix = `${graph.app}-${graph.stage}-`;

/** Granted and called by nobody's code; each for a reason. */
const NOT_CALLED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "upload-ingest": {
    "s3:ListBucket uploadsbucket": "without it S3 answers 403, not 404, for an object that is gone",
    "sqs:SendMessage UploadFailuresQueue": "Lambda sends failed events there in the function's name",
    "logs:CreateLogStream upload-ingest:*": "Lambda writes the function's log",
    "logs:PutLogEvents upload-ingest:*": "Lambda writes the function's log",
  },
  "order-queue": {
    "sqs:ReceiveMessage OrdersQueue": "Lambda's pollers",
    "sqs:DeleteMessage OrdersQueue": "Lambda's pollers",
    "sqs:GetQueueAttributes OrdersQueue": "Lambda's pollers",
    "logs:CreateLogStream order-queue:*": "Lambda writes the function's log",
    "logs:PutLogEvents order-queue:*": "Lambda writes the function's log",
  },
  "change-audit": {
    "s3:ListBucket failuresbucket": "Lambda asks for it before it writes a batch that was given up",
    "dynamodb:DescribeStream OrdersTableTable/stream/latest": "Lambda's pollers",
    "dynamodb:GetRecords OrdersTableTable/stream/latest": "Lambda's pollers",
    "dynamodb:GetShardIterator OrdersTableTable/stream/latest": "Lambda's pollers",
    "dynamodb:ListStreams OrdersTableTable/stream/latest": "Lambda's pollers",
    "logs:CreateLogStream change-audit:*": "Lambda writes the function's log",
    "logs:PutLogEvents change-audit:*": "Lambda writes the function's log",
  },
};

let cloud: LocalCloud;
const recorders = new Map<string, Recorder>();

const recorderOf = (service: string): Recorder => {
  const found = recorders.get(prefix + service);
  if (found === undefined) throw new Error(`there is no function ${prefix}${service}`);
  return found;
};
const callsOf = (name: string): Access[] => (recorders.get(name)?.calls ?? []).flatMap((call) => accessOf(call, place));
const statementsOf = (roleName: string) =>
  view
    .all("aws:iam/role:Role")
    .filter(({ name }) => name === roleName)
    .flatMap(({ inlinePolicies }) => inlinePolicies.flatMap(({ policy }) => policy.Statement));
const text = ({ action, resource }: Access) => `${action} ${resource}`;

beforeAll(async () => {
  for (const { name } of functions) recorders.set(name, await startRecorder());
  cloud = await startLocalCloud({
    root,
    graph: withEndpoints(graph, (name) => recorders.get(name)?.origin ?? ""),
    timeScale: 0.001, // retries after a minute and two
  });
  for (const recorder of recorders.values()) recorder.forwardTo(cloud.endpoint);
  await everyPath();
}, 120_000);

afterAll(async () => {
  await cloud?.stop();
  for (const recorder of recorders.values()) await recorder.stop();
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
    recorderOf("upload-ingest").refuseNext("AmazonSQS.SendMessageBatch");
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

function uploadEvent(bucket: string, object: { key: string; eTag: string; size: number; versionId?: string }): object {
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: graph.region,
        eventTime: "2026-01-02T03:04:05.000Z",
        eventName: "ObjectCreated:Put",
        s3: {
          s3SchemaVersion: "1.0",
          bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
          object: { sequencer: "0055AED6DCD90281E5", ...object },
        },
      },
    ],
  };
}

function order(orderId: string): string {
  return JSON.stringify({
    orderId,
    orderedOn: "2026-01-02",
    customer: { id: "EX-1", name: "Ada Example" },
    currency: "USD",
    lines: [{ productId: "P-1", quantity: 1, amount: "1.5" }],
    total: "1.5",
  });
}

function cancellation(orderId: string): object {
  return {
    specversion: "1.0",
    id: `cancelled-${orderId}`,
    source: "tests",
    type: "doorbell.order.cancelled.v1",
    subject: orderId,
    time: "2026-01-03T03:04:05.000Z",
    data: { orderId, reason: "changed my mind" },
  };
}

function change(image: Readonly<Record<string, object>>): object {
  return {
    eventID: "e1",
    eventName: "INSERT",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: graph.region,
    eventSourceARN: `arn:aws:dynamodb:${graph.region}:000000000000:table/${prefix}OrdersTableTable/stream/2026-01-02T03:04:05.000`,
    dynamodb: {
      ApproximateCreationDateTime: 1_767_323_045,
      Keys: { id: image["id"] },
      NewImage: image,
      SequenceNumber: "100000000000000000001",
      SizeBytes: 20,
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
  };
}

describe.each(functions)("$name", ({ name, role }) => {
  test("is allowed by its own role every call that it makes", () => {
    const calls = callsOf(name);
    expect(calls).not.toEqual([]);
    expect(calls.filter((call) => !isAllowed(statementsOf(role), call)).map(text)).toEqual([]);
  });

  test("is granted nothing that it does not call, but what is listed with its reason", () => {
    const calls = callsOf(name);
    const unused = grantsOf(statementsOf(role)).filter(
      (grant) => !calls.some((call) => call.action === grant.action && matches(grant.resource, call.resource)),
    );
    const shortened = unused.map(({ action, resource }) => `${action} ${resource.split(prefix).at(-1)}`);
    expect(shortened.toSorted()).toEqual(Object.keys(NOT_CALLED[name.replace(prefix, "")] ?? {}).toSorted());
  });

  test("would not get through with another function's role", () => {
    const calls = callsOf(name);
    for (const other of functions.filter((it) => it.name !== name))
      expect(calls.filter((call) => isAllowed(statementsOf(other.role), call)).map(text)).toEqual([]);
  });
});

const linesOf = (name: string) => cloud.lambda.logs(name).map(({ line }) => parsedLine(line));
const watched = viewGraph(production);

test("every metric of a service's own that an alarm watches is counted, by the names that the alarm has", () => {
  const metrics = watched
    .all("aws:cloudwatch/metricAlarm:MetricAlarm")
    .flatMap(({ metricQueries, ...alarm }) => [alarm, ...metricQueries.flatMap(({ metric }) => metric ?? [])])
    .filter(({ namespace }) => namespace === "Doorbell")
    .map(({ metricName = "", dimensions }) => ({ metricName, ...dimensions }));
  expect(metrics.map(({ metricName }) => metricName).toSorted()).toEqual([
    "CancellationsMatched",
    "CancellationsWaiting",
    "Parked",
    "RejectedLines",
  ]);
  for (const { metricName, ...dimensions } of metrics) {
    const own = JSON.parse(JSON.stringify(dimensions).replaceAll(production.stage, graph.stage));
    const counted = linesOf(own.function).filter((line) => metricName in line && "_aws" in line);
    expect(counted, metricName).not.toEqual([]);
    for (const line of counted) {
      expect(line).toMatchObject(own);
      expect(line["_aws"]).toMatchObject({
        CloudWatchMetrics: [{ Namespace: "Doorbell", Dimensions: [Object.keys(own).toSorted().toReversed()] }],
      });
    }
  }
});

test("the lines of the log that an alarm counts are written, with the fields that are read", () => {
  const [filter, ...more] = watched.all("aws:cloudwatch/logMetricFilter:LogMetricFilter");
  expect(more).toEqual([]);
  expect(filter?.pattern).toBe('{ $.message = "upload handled" && ($.status = "refused" || $.status = "incomplete") }');
  expect(linesOf(`${prefix}upload-ingest`)).toContainEqual(
    expect.objectContaining({ message: "upload handled", status: "refused" }),
  );
});

function parsedLine(line: string): Readonly<Record<string, unknown>> {
  return line.startsWith("{") ? Object(JSON.parse(line)) : {};
}
