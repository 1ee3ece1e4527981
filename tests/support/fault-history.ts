import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type CloudStatus, type LocalCloud, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { openResults } from "@doorbell/ops/demo/read-results";
import type { Traffic } from "./order-traffic.ts";
import { differences } from "./pipeline-outcome.ts";
import { root } from "./running-cloud.ts";

/** Minutes of waiting before a retry become parts of a second. */
const TIME_SCALE = 0.01;

/** Visibility timeouts are not scaled, so the queue's is made short, and with it the time limit that it must cover. */
const ORDER_QUEUE_SECONDS = 4;

/** `infra/graph.json`, but a message that failed is soon visible again. */
function impatientGraph(): unknown {
  const text = readFileSync(join(root, "infra/graph.json"), "utf8");
  const graph: { resources: { type: string; inputs: Record<string, unknown> }[] } = JSON.parse(text);
  for (const { inputs } of graph.resources) {
    if (inputs["name"] === "doorbell-local-OrdersQueue") inputs["visibilityTimeoutSeconds"] = ORDER_QUEUE_SECONDS;
    if (inputs["name"] === "doorbell-local-order-queue") inputs["timeout"] = ORDER_QUEUE_SECONDS;
  }
  return graph;
}

/** What an operator does about messages that came too often and uploads that failed too often: sends them again. */
async function sendBack(
  sqs: SQSClient,
  environment: Readonly<Record<string, string>>,
  running: LocalCloud,
): Promise<number> {
  let sent = 0;
  const drain = async (url: string, again: (message: Message) => Promise<unknown>) => {
    for (;;) {
      const receive = { QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
      if (Messages.length === 0) return;
      for (const message of Messages) {
        const reason = message.MessageAttributes?.["DoorbellReason"]?.StringValue;
        // It would come back for ever.
        if (reason !== undefined) throw new Error(`A message was parked for its content: ${reason}`);
        await again(message);
        await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
        sent += 1;
      }
    }
  };
  const { ORDERS_DLQ_URL = "", UPLOAD_FAILURES_QUEUE_URL = "", ORDERS_QUEUE_URL } = environment;
  await drain(ORDERS_DLQ_URL, ({ Body }) =>
    sqs.send(new SendMessageCommand({ QueueUrl: ORDERS_QUEUE_URL, MessageBody: Body })),
  );
  await drain(UPLOAD_FAILURES_QUEUE_URL, async ({ Body = "" }) => {
    const record: { requestPayload: unknown } = JSON.parse(Body);
    running.lambda.invokeAsync("doorbell-local-upload-ingest", JSON.stringify(record.requestPayload));
  });
  return sent;
}

async function sendAll(s3: S3Client, sqs: SQSClient, environment: Readonly<Record<string, string>>, traffic: Traffic) {
  for (const { key, body } of traffic.files)
    await s3.send(new PutObjectCommand({ Bucket: environment["UPLOADS_BUCKET"], Key: key, Body: body }));
  for (const bodies of traffic.cancellations) {
    const Entries = bodies.map((MessageBody, at) => ({ Id: String(at), MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: environment["ORDERS_QUEUE_URL"], Entries }));
  }
}

/**
 * Sends the traffic through the local cloud while everything that AWS says may go wrong does, and whatever ends in a failure queue
 * again. Says in which sentences the end differs from what was sent, and what the cloud tells of the run.
 *
 * @throws Error where a message is parked for its content, and NotIdle after `idleMs`
 */
export async function runFaultHistory(
  traffic: Traffic,
  { seed, idleMs = 120_000 }: { readonly seed: number; readonly idleMs?: number },
): Promise<{ readonly found: readonly string[]; readonly status: CloudStatus }> {
  const cloud = await startLocalCloud({
    root,
    graph: impatientGraph(),
    timeScale: TIME_SCALE,
    faults: {
      seed,
      duplicates: 0.1,
      reordering: 0.1,
      lateRedelivery: 0.05,
      crashes: 0.01,
      throttles: 0.03,
      serverErrors: 0.03,
      partialFailures: 0.05,
      slowCalls: 0.03,
      lostAnswers: 0.03,
      clockSkewMs: 500,
      crashAt: [
        { function: "upload-ingest", call: 5 },
        { function: "order-queue", call: 4 },
        { function: "change-audit", call: 2 },
      ],
    },
  });
  const { environment } = cloud;
  const config = {
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const sqs = new SQSClient(config);
  const results = openResults(environment);
  try {
    await sendAll(s3, sqs, environment, traffic);
    do await cloud.waitUntilIdle(idleMs);
    while ((await sendBack(sqs, environment, cloud)) > 0);
    return { found: await differences(results, traffic), status: await cloud.status() };
  } finally {
    results.close();
    s3.destroy();
    sqs.destroy();
    await cloud.stop();
  }
}
