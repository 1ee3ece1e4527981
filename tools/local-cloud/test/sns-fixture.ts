import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { SNSClient } from "@aws-sdk/client-sns";
import { createQueues } from "../src/emulators/fauxqs-queues.ts";
import { createTopics } from "../src/emulators/fauxqs-topics.ts";
import { startFauxqs } from "../src/emulators/fauxqs.ts";
import { startFrontServer } from "../src/endpoint/front-server.ts";
import { createTopicSubscriptions } from "../src/event-sources/sns/topic-subscriptions.ts";
import { FunctionNotFound } from "../src/lambda/invocation.ts";
import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS, LOCAL_REGION } from "../src/local-region.ts";
import { createSnsApi } from "../src/sns/sns-api.ts";
import type { SubscriptionDefinition } from "../src/graph/graph.ts";

const sqs = (name: string) => `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
export const TOPIC = `arn:aws:sns:${LOCAL_REGION}:${LOCAL_ACCOUNT}:alerts`;
export const QUEUE = sqs("inbox");
export const DLQ = sqs("dead");
export const FUNCTION = `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT}:function:worker`;

/** A queue of the graph with SQS's defaults. */
const queue = (name: string) => ({
  name,
  arn: sqs(name),
  component: name,
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 345_600,
  delaySeconds: 0,
  receiveWaitSeconds: 0,
  maximumMessageBytes: 1_048_576,
});

/** SNS at an endpoint, for tests: topic `alerts`, queues `inbox` and `dead`, and what the function `worker` was invoked with. */
export async function startSns(subscriptions: readonly SubscriptionDefinition[] = [], dataDir?: string) {
  const front = await startFrontServer(0);
  const fauxqs = await startFauxqs({ origin: front.origin, region: LOCAL_REGION, ...(dataDir && { dataDir }) });
  const queues = createQueues(fauxqs.sqs, [queue("inbox"), queue("dead")]);
  const definition = { name: "alerts", arn: TOPIC, component: "Alerts", attributes: {} };
  const topics = createTopics(fauxqs.sns, [definition], subscriptions, LOCAL_REGION);
  const events: { Records: Record<string, unknown>[] }[] = [];
  const source = createTopicSubscriptions({
    topics,
    queues,
    lambda: {
      invokeAsync(functionName, payload) {
        if (functionName !== "worker") throw new FunctionNotFound(functionName);
        events.push(JSON.parse(payload));
        return { requestId: "" };
      },
    },
    origin: front.origin,
    region: LOCAL_REGION,
  });
  await source.start();
  front.serve(createSnsApi({ store: fauxqs.sns, topics, region: LOCAL_REGION }));
  const client = new SNSClient({
    endpoint: front.origin,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  return {
    client,
    origin: front.origin,
    sqs: fauxqs.sqs,
    topics,
    source,
    events,
    /** Takes what lies in a queue. */
    receive(queueArn: string) {
      const messages = queues.receive(queueArn, 100, { visibilityMs: 30_000 });
      queues.delete(
        queueArn,
        messages.map(({ receiptHandle }) => receiptHandle),
      );
      return messages;
    },
    /** Sends a form as no SDK would. */
    async send(form: string, path = "/", method = "POST") {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const request = httpRequest(`${front.origin}${path}`, { method, headers }).end(form);
      const [response] = await once(request, "response");
      return { status: response.statusCode, body: await text(response) };
    },
    async stop(): Promise<void> {
      client.destroy();
      await front.stop();
      await fauxqs.stop();
    },
  };
}

export type TestSns = Awaited<ReturnType<typeof startSns>>;
