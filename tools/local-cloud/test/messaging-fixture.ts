import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SNSClient } from "@aws-sdk/client-sns";
import { createQueues } from "../src/emulators/fauxqs-queues.ts";
import { createTopics } from "../src/emulators/fauxqs-topics.ts";
import { startFauxqs } from "../src/emulators/fauxqs.ts";
import { startFrontServer } from "../src/endpoint/front-server.ts";
import { routeOf } from "../src/endpoint/route.ts";
import { createEventBridgeApi } from "../src/event-bridge/event-bridge-api.ts";
import { createDeliveries } from "../src/event-sources/deliveries/deliveries.ts";
import { createEventRules } from "../src/event-sources/event-bridge/event-rules.ts";
import { createScheduleTimers } from "../src/event-sources/schedules/schedule-timers.ts";
import { createScheduler } from "../src/event-sources/schedules/scheduler.ts";
import { createTopicSubscriptions } from "../src/event-sources/sns/topic-subscriptions.ts";
import { busArn } from "../src/graph/read-event-bridge.ts";
import { FunctionNotFound } from "../src/lambda/invocation.ts";
import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS, LOCAL_REGION } from "../src/local-region.ts";
import { createSnsApi } from "../src/sns/sns-api.ts";
import type {
  RuleDefinition,
  RuleTarget,
  ScheduleDefinition,
  ScheduleTarget,
  SubscriptionDefinition,
} from "../src/graph/graph.ts";

const arn = (service: string, name: string) => `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
export const QUEUE = arn("sqs", "inbox");
export const DLQ = arn("sqs", "dead");
export const FUNCTION = arn("lambda", "function:worker");
export const TOPIC = arn("sns", "alerts");
export const SHOP = busArn("shop", LOCAL_REGION);
export const AUDIT = busArn("audit", LOCAL_REGION);

/** A queue of the graph with SQS's defaults. */
const queue = (name: string) => ({
  name,
  arn: arn("sqs", name),
  component: name,
  visibilityTimeoutSeconds: 30,
  retentionSeconds: 345_600,
  delaySeconds: 0,
  receiveWaitSeconds: 0,
  maximumMessageBytes: 1_048_576,
});

/** A subscription of the topic. */
export const subscription = (
  protocol: "sqs" | "lambda",
  endpoint: string,
  attributes: Record<string, string> = {},
): SubscriptionDefinition => ({
  id: `${protocol === "sqs" ? "1111" : "2222"}1111-1111-4111-8111-111111111111`,
  topicArn: TOPIC,
  protocol,
  endpoint,
  attributes,
});

/** A target with EventBridge's retry policy. */
export const target = (targetArn: string, more: Partial<RuleTarget> = {}): RuleTarget => ({
  id: "T",
  arn: targetArn,
  maximumRetryAttempts: 185,
  maximumEventAgeSeconds: 86_400,
  ...more,
});

/** A rule of the bus `shop` that takes every event of the shop. */
export const rule = (targets: readonly RuleTarget[], more: Partial<RuleDefinition> = {}): RuleDefinition => ({
  name: "placed",
  component: "Placed",
  arn: arn("events", `rule/${more.busName ?? "shop"}/placed`),
  busName: "shop",
  enabled: true,
  pattern: '{"source":["shop"]}',
  targets,
  ...more,
});

/** A schedule that fires every five minutes. */
export const schedule = (
  targetArn: string,
  more: Partial<Omit<ScheduleDefinition, "target">> & { readonly target?: Partial<ScheduleTarget> } = {},
): ScheduleDefinition => ({
  name: "nightly-abc",
  component: "Nightly",
  arn: arn("scheduler", "schedule/default/nightly-abc"),
  enabled: true,
  expression: "rate(5 minutes)",
  timeZone: "UTC",
  flexibleWindowMinutes: 0,
  ...more,
  target: { arn: targetArn, maximumRetryAttempts: 185, maximumEventAgeSeconds: 86_400, ...more.target },
});

/**
 * SNS, EventBridge and Scheduler at an endpoint: topic `alerts`, buses `default`, `shop`, `audit`, queues `inbox` and `dead`, and a function
 * `worker` that a test scripts.
 */
export async function startMessaging({
  rules = [],
  schedules = [],
  subscriptions = [],
  onInvoke = () => {},
  dataDir,
  state = new DatabaseSync(":memory:"),
  timeScale = 0.001,
}: {
  readonly rules?: readonly RuleDefinition[];
  readonly schedules?: readonly ScheduleDefinition[];
  readonly subscriptions?: readonly SubscriptionDefinition[];
  /** Called with the payload before an invocation is taken. */
  readonly onInvoke?: (payload: string) => void;
  readonly dataDir?: string;
  readonly state?: DatabaseSync;
  readonly timeScale?: number;
} = {}) {
  const front = await startFrontServer(0);
  const { origin } = front;
  const region = LOCAL_REGION;
  const fauxqs = await startFauxqs({ origin, region, ...(dataDir && { dataDir }) });
  const queues = createQueues(fauxqs.sqs, [queue("inbox"), queue("dead")]);
  const definition = { name: "alerts", arn: TOPIC, component: "Alerts", attributes: {} };
  const topics = createTopics(fauxqs.sns, [definition], subscriptions, region);
  const invoked: string[] = [];
  const notices: string[] = [];
  const lambda = {
    invokeAsync(functionName: string, payload: string | Buffer) {
      if (functionName !== "worker") throw new FunctionNotFound(functionName);
      onInvoke(String(payload));
      invoked.push(String(payload));
      return { requestId: "" };
    },
  };
  const subscribed = createTopicSubscriptions({ topics, queues, lambda, origin, region });
  const deliveries = createDeliveries({ queues, state, timeScale });
  const eventRules = createEventRules({ rules, queues, topics, lambda, deliveries, region });
  const targets = { queues, topics, lambda, rules: eventRules };
  const scheduler = createScheduler({ schedules, ...targets, deliveries, state, timeScale, region });
  const timers = createScheduleTimers(scheduler.schedules);
  await subscribed.start();
  await deliveries.start();
  await timers.start();
  const buses = ["default", "shop", "audit"].map((name) => ({ name, arn: busArn(name, region) }));
  const notice = (sentence: string) => void notices.push(sentence);
  const events = createEventBridgeApi({ buses, rules, events: eventRules, notice });
  const sns = createSnsApi({ store: fauxqs.sns, topics, region });
  front.serve((request, response) =>
    (routeOf(request.url ?? "/", request.headers) === "events" ? events : sns)(request, response),
  );
  const options = { endpoint: origin, region, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 };
  const clients = { sns: new SNSClient(options), eventBridge: new EventBridgeClient(options) };
  return {
    ...clients,
    origin,
    sqs: fauxqs.sqs,
    topics,
    subscriptions: subscribed,
    rules: eventRules,
    deliveries,
    scheduler,
    timers,
    /** Payloads for the function. */
    invoked,
    notices,
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
      const request = httpRequest(`${origin}${path}`, { method, headers }).end(form);
      const [response] = await once(request, "response");
      return { status: response.statusCode, body: await text(response) };
    },
    async stop(): Promise<void> {
      clients.sns.destroy();
      clients.eventBridge.destroy();
      await timers.stop();
      await deliveries.stop();
      await front.stop();
      await fauxqs.stop();
    },
  };
}

export type TestMessaging = Awaited<ReturnType<typeof startMessaging>>;
