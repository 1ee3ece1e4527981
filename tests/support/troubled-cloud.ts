import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import production from "@doorbell/infra/graph.production.json" with { type: "json" };
import { viewGraph } from "@doorbell/infra/policy/graph-view";
import { accessDenied, type Interference } from "@doorbell/infra/policy/recorded-calls";
import { watchRoles } from "@doorbell/infra/policy/watched-role";
import { startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { DEADLINE_MARGIN_MS } from "@doorbell/upload-ingest/limits";
import { watchAlarms } from "./alarm-watch.ts";
import { placedEvent } from "./order-events.ts";
import { root } from "./running-cloud.ts";
import { cancellation, change, queueEvent, uploadEvent } from "./service-events.ts";

export const SERVICES = ["order-queue", "change-audit", "upload-ingest"] as const;
export type Service = (typeof SERVICES)[number];
export const prefix = `${graph.app}-${graph.stage}-`;

/** The functions' time limit here, which makes what is slow on AWS slow here. */
const LIMIT_SECONDS = 4;

/** Of AWS's waits: retries of events, ages. */
export const TIME_SCALE = 0.01;

function impatient(): typeof graph {
  const copy = structuredClone(graph);
  for (const { type, inputs } of copy.resources) {
    if (inputs.name === `${prefix}OrdersQueue`) Object.assign(inputs, { visibilityTimeoutSeconds: LIMIT_SECONDS });
    if (type === "aws:lambda/function:Function")
      Object.assign(inputs, { timeout: LIMIT_SECONDS, reservedConcurrentExecutions: 2 });
  }
  return copy;
}

/** Of what `order-queue` asks SQS to hide messages for, little is left. */
const hidesShortly: Interference = ({ headers, body }) =>
  String(headers["x-amz-target"]).endsWith(".ChangeMessageVisibilityBatch")
    ? body.replaceAll(/"VisibilityTimeout":\d+/g, '"VisibilityTimeout":1')
    : undefined;

const onDynamoDb =
  (answer: Interference): Interference =>
  (call) =>
    String(call.headers["x-amz-target"]).startsWith("DynamoDB_") ? answer(call) : undefined;
const exception = (status: number, name: string) => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: "by the test" },
});

/** Every call to DynamoDB is denied. */
export const denied = onDynamoDb(() => accessDenied);
/** DynamoDB answers with server errors. */
export const outage = onDynamoDb(() => exception(500, "InternalServerError"));
/** DynamoDB itself says that there is no such table. */
export const missingTable = onDynamoDb(({ body }) => body.replaceAll(prefix, `${prefix}gone-`));
/** No call is answered. */
export const hangs: Interference = () => new Promise<undefined>(() => {});
/** DynamoDB throttles the first call, and no other; tells of it. */
export function throttlesOnce(tell: (body: string) => void): Interference {
  let done = false;
  return onDynamoDb(({ body }) => {
    if (done) return undefined;
    done = true;
    tell(body);
    return exception(400, "ProvisionedThroughputExceededException");
  });
}

/**
 * The three services with short time limits and room for two environments each, whose calls to AWS can meet trouble, and the alarms
 * that production has for them.
 */
export async function startTroubledCloud() {
  const watched = await watchRoles(
    impatient(),
    SERVICES.map((name) => prefix + name),
  );
  const cloud = await startLocalCloud({ root, graph: watched.graph, timeScale: TIME_SCALE });
  watched.forwardTo(cloud.endpoint);
  const { endpoint, region } = cloud;
  const config = { endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const clients = {
    dynamodb: new DynamoDBClient(config),
    lambda: new LambdaClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sqs: new SQSClient(config),
  };
  const nameOf = (variable: string) => cloud.environment[variable] ?? "";
  const limits = new Map(
    viewGraph(production)
      .all("aws:lambda/function:Function")
      .map(({ name, timeout }) => [name.replace(production.stage, graph.stage), timeout]),
  );
  const watch = watchAlarms(cloud, {
    ages: 1 / TIME_SCALE,
    // A handler whose work hangs answers in the middle of its margin, which is not scaled like the limit.
    durations: (name) => {
      const marginSeconds = name === `${prefix}upload-ingest` ? DEADLINE_MARGIN_MS / 1_000 : 1;
      const answersAt = (limit: number) => limit - Math.min(marginSeconds, limit / 2) / 2;
      return answersAt(limits.get(name) ?? Number.NaN) / answersAt(LIMIT_SECONDS);
    },
  });
  let count = 0;
  const unique = (what: string) => `${what}-${(count += 1)}`;

  /** What a service is given for one record that it can handle. */
  function oneRecord(service: Service): { Records: unknown[] } {
    const id = unique("GOOD");
    if (service === "change-audit") return { Records: [change({ id: { S: id }, version: { N: "1" } })] };
    if (service === "upload-ingest")
      return { Records: recordsOf(uploadEvent(nameOf("UPLOADS_BUCKET"), { key: "known.ndjson", eTag: id, size: 1 })) };
    return { Records: recordsOf(queueEvent(cancellation(id))).map((record) => ({ ...record, messageId: id })) };
  }

  return {
    cloud,
    clients,
    watch,
    nameOf,
    unique,
    /** Has the service's calls meet this, until it is called again. */
    interfere(service: Service, interference?: Interference): void {
      watched
        .role(prefix + service)
        .recorder.interfere(async (call) => (await interference?.(call)) ?? hidesShortly(call));
    },
    sendMessage: (MessageBody: string) =>
      clients.sqs.send(new SendMessageCommand({ QueueUrl: nameOf("ORDERS_QUEUE_URL"), MessageBody })),
    sendOrder: (id = unique("ORDER")) =>
      clients.sqs.send(
        new SendMessageCommand({ QueueUrl: nameOf("ORDERS_QUEUE_URL"), MessageBody: placedEvent(id).body }),
      ),
    put: (Key: string, Body: string) =>
      clients.s3.send(new PutObjectCommand({ Bucket: nameOf("UPLOADS_BUCKET"), Key, Body })),
    invoke: (service: Service, event: object) => cloud.lambda.invoke(prefix + service, JSON.stringify(event)),
    goodEvent: (service: Service, records = 1) => ({
      Records: Array.from({ length: records }, () => oneRecord(service)).flatMap(({ Records }) => Records),
    }),
    async stop() {
      watch.stop();
      for (const client of Object.values(clients)) client.destroy();
      await cloud.stop();
      await watched.stop();
    },
  };
}

function recordsOf(event: object): object[] {
  const records: unknown = "Records" in event ? event.Records : undefined;
  return Array.isArray(records) ? records.map(Object) : [];
}
