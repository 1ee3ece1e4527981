import { DatabaseSync } from "node:sqlite";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { createQueues } from "../src/emulators/fauxqs-queues.ts";
import { startFauxqs } from "../src/emulators/fauxqs.ts";
import { startFrontServer } from "../src/endpoint/front-server.ts";
import { createEventBridgeApi } from "../src/event-bridge/event-bridge-api.ts";
import { createEventRules } from "../src/event-sources/event-bridge/event-rules.ts";
import { FunctionNotFound } from "../src/lambda/invocation.ts";
import { LOCAL_CREDENTIALS, LOCAL_REGION } from "../src/local-region.ts";
import type { RuleDefinition, RuleTarget } from "../src/graph/graph.ts";
import { busArn } from "../src/graph/read-event-bridge.ts";

const arn = (service: string, name: string) => `arn:aws:${service}:${LOCAL_REGION}:000000000000:${name}`;
export const QUEUE = arn("sqs", "inbox");
export const DLQ = arn("sqs", "dead");
export const FUNCTION = arn("lambda", "function:worker");
export const TOPIC = arn("sns", "alerts");
export const SHOP = busArn("shop", LOCAL_REGION);
export const AUDIT = busArn("audit", LOCAL_REGION);

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

/** EventBridge at an endpoint: buses `default`, `shop`, `audit`, queues `inbox` and `dead`, and a function `worker` that a test scripts. */
export async function startEventBridge(
  rules: readonly RuleDefinition[],
  {
    onInvoke = () => {},
    state = new DatabaseSync(":memory:"),
    timeScale = 0.001,
  }: { onInvoke?: (payload: string) => void; state?: DatabaseSync; timeScale?: number } = {},
) {
  const front = await startFrontServer(0);
  const fauxqs = await startFauxqs({ origin: front.origin, region: LOCAL_REGION });
  const queues = createQueues(fauxqs.sqs, [queue("inbox"), queue("dead")]);
  const invoked: string[] = [];
  const published: string[] = [];
  const notices: string[] = [];
  const source = createEventRules({
    rules,
    queues,
    topics: { publish: (_arn, { body }) => String(published.push(body)) },
    lambda: {
      invokeAsync(functionName, payload) {
        if (functionName !== "worker") throw new FunctionNotFound(functionName);
        onInvoke(payload);
        invoked.push(payload);
        return { requestId: "" };
      },
    },
    state,
    timeScale,
    region: LOCAL_REGION,
  });
  await source.start();
  const buses = ["default", "shop", "audit"].map((name) => ({ name, arn: busArn(name, LOCAL_REGION) }));
  front.serve(
    createEventBridgeApi({ buses, rules, events: source, notice: (sentence) => void notices.push(sentence) }),
  );
  const client = new EventBridgeClient({
    endpoint: front.origin,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  return {
    client,
    source,
    invoked,
    published,
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
    async stop(): Promise<void> {
      client.destroy();
      await source.stop();
      await front.stop();
      await fauxqs.stop();
    },
  };
}

export type TestEventBridge = Awaited<ReturnType<typeof startEventBridge>>;
