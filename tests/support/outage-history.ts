import { setTimeout as delay } from "node:timers/promises";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import graph from "@doorbell/infra/graph.json" with { type: "json" };
import type { Interference } from "@doorbell/infra/policy/recorded-calls";
import { watchRoles } from "@doorbell/infra/policy/watched-role";
import { type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { openResults } from "@doorbell/ops/demo/read-results";
import * as v from "valibot";
import { expect } from "vitest";
import { makeTraffic, type Traffic } from "./order-traffic.ts";
import { differences } from "./pipeline-outcome.ts";
import { root } from "./running-cloud.ts";
import { chooseSeed, seededRandom } from "./seeded-random.ts";

const ORDER_QUEUE = "doorbell-local-order-queue";

/** The function's time limit and the queue's visibility timeout, which are not scaled below what a handler takes to boot. */
const SECONDS = 4;

const hiddenSchema = v.looseObject({ Entries: v.array(v.looseObject({ VisibilityTimeout: v.number() })) });

/** Hides messages for a part of the time that was asked for, in whole seconds as SQS takes them. */
function scaled(body: string, scale: number): string {
  const request = v.parse(hiddenSchema, JSON.parse(body));
  const Entries = request.Entries.map((entry) => ({
    ...entry,
    VisibilityTimeout: Math.ceil(entry.VisibilityTimeout * scale),
  }));
  return JSON.stringify({ ...request, Entries });
}

const isCall = (target: string) => (call: Parameters<Interference>[0]) =>
  String(call.headers["x-amz-target"]).endsWith(target);
const hides = isCall(".ChangeMessageVisibilityBatch");
const asksDynamoDb = (call: Parameters<Interference>[0]) =>
  String(call.headers["x-amz-target"]).startsWith("DynamoDB_");

/** The orders table answers in one of three ways, by turns: not at all, with a server error, or that it is not allowed. */
function outage(scale: number): Interference {
  let asked = 0;
  return (call) => {
    if (hides(call)) return scaled(call.body, scale);
    if (!asksDynamoDb(call)) return undefined;
    asked += 1;
    if (asked % 3 === 0) return new Promise<undefined>(() => {});
    return asked % 3 === 1
      ? { status: 500, body: { __type: "com.amazonaws.dynamodb.v20120810#InternalServerError", message: "an outage" } }
      : { status: 400, body: { __type: "com.amazon.coral.service#AccessDeniedException", message: "an outage" } };
  };
}

interface OutageHistory {
  /** How long the orders table is away. */
  readonly hours: number;
  /** Seconds here for a second of it. */
  readonly scale: number;
  readonly traffic: Parameters<typeof makeTraffic>[1];
}

/**
 * Takes the orders table away for some hours (scaled) while files are uploaded and orders cancelled, with a poisoned message among them.
 * Expects that the poison is parked while the outage lasts, that nothing else is moved to the dead-letter queue, and that soon after its
 * end everything has been applied once.
 */
export async function expectToOutlast({ hours, scale, traffic: size }: OutageHistory): Promise<void> {
  const seed = chooseSeed();
  const random = seededRandom(seed);
  const traffic = makeTraffic(random, size);
  const watched = await watchRoles(impatient(graph), [ORDER_QUEUE]);
  const role = watched.role(ORDER_QUEUE);
  const { recorder } = role;
  const cloud = await startLocalCloud({ root, graph: watched.graph, timeScale: 0.01 });
  watched.forwardTo(cloud.endpoint);
  const clients = clientsOf(cloud);
  const results = openResults(cloud.environment);
  try {
    recorder.interfere(outage(scale));
    const endsAt = performance.now() + hours * 3_600_000 * scale;
    await clients.sqs.send(
      new SendMessageCommand({ QueueUrl: cloud.environment["ORDERS_QUEUE_URL"], MessageBody: "poison" }),
    );
    const [poison] = await Promise.all([
      parkedMessage(clients.sqs, cloud),
      sendOver(endsAt, { clients, cloud, traffic }),
    ]);
    expect(poison.Body).toBe("poison");
    expect(poison.MessageAttributes?.["DoorbellReason"]?.StringValue).toMatch(/^The body is not JSON/);
    const orders = await results.orders();
    expect([...orders.keys()], "stored while the table was away").toEqual([]);

    recorder.interfere((call) => (hides(call) ? scaled(call.body, scale) : undefined));
    const ended = performance.now();
    // The longest that a message waits, and the longest pause of a circuit, several times over.
    await cloud.waitUntilIdle(60_000 + 4 * 900_000 * scale);
    const drainedMs = performance.now() - ended;
    const receives = mostReceives(cloud);
    const hidden = role.calls().filter(({ action }) => action === "sqs:ChangeMessageVisibility").length;
    process.stdout.write(
      `outage of ${hours} h at 1/${1 / scale}: DOORBELL_SEED=${seed} ${traffic.orders.size} orders, received ${receives} times at most, ` +
        `${hidden} calls to hide, drained in ${(drainedMs / 1_000).toFixed(1)} s\n`,
    );
    expect(await differences(results, traffic), `DOORBELL_SEED=${seed}`).toEqual([]);
    expect(receives).toBeGreaterThan(5); // Else the test shows nothing: so many were given up before.
  } finally {
    results.close();
    clients.close();
    await cloud.stop();
    await watched.stop();
  }
}

function impatient(given: typeof graph): typeof graph {
  const copy = structuredClone(given);
  for (const { inputs } of copy.resources) {
    if (inputs.name === "doorbell-local-OrdersQueue") Object.assign(inputs, { visibilityTimeoutSeconds: SECONDS });
    if (inputs.name === ORDER_QUEUE) Object.assign(inputs, { timeout: SECONDS });
  }
  return copy;
}

function clientsOf({ endpoint, region }: LocalCloud) {
  const config = { endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const sqs = new SQSClient(config);
  return {
    s3,
    sqs,
    close() {
      s3.destroy();
      sqs.destroy();
    },
  };
}

/** Sends all of it, evenly until `endsAt`. */
async function sendOver(
  endsAt: number,
  { clients, cloud, traffic }: { clients: ReturnType<typeof clientsOf>; cloud: LocalCloud; traffic: Traffic },
): Promise<void> {
  const { ORDERS_QUEUE_URL: QueueUrl, UPLOADS_BUCKET: Bucket } = cloud.environment;
  const sends = [
    ...traffic.files.map(
      ({ key, body }) =>
        () =>
          clients.s3.send(new PutObjectCommand({ Bucket, Key: key, Body: body })),
    ),
    ...traffic.cancellations.map((bodies) => () => {
      const Entries = bodies.map((MessageBody, at) => ({ Id: String(at), MessageBody }));
      return clients.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }),
  ];
  const everyMs = (endsAt - performance.now()) / (sends.length + 1);
  for (const send of sends) {
    await send();
    await delay(everyMs); // the load, not a wait for anything
  }
  await delay(Math.max(0, endsAt - performance.now()));
}

/** The first message of the dead-letter queue, taken out of it. */
async function parkedMessage(sqs: SQSClient, cloud: LocalCloud): Promise<Message> {
  const QueueUrl = cloud.environment["ORDERS_DLQ_URL"];
  for (;;) {
    const { Messages: [message] = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1, MessageAttributeNames: ["All"] }),
    );
    if (message === undefined) continue;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    return message;
  }
}

const settledSchema = v.object({ event: v.literal("order.settled"), receiveCount: v.number() });

/** The most often that an order was received until it was applied, as the log tells. */
function mostReceives(cloud: LocalCloud): number {
  const counts = cloud.lambda.logs(ORDER_QUEUE).flatMap(({ line }) => {
    const settled = v.safeParse(settledSchema, line.startsWith("{") ? JSON.parse(line) : undefined);
    return settled.success ? [settled.output.receiveCount] : [];
  });
  return Math.max(0, ...counts);
}
