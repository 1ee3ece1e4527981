import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  AUDIT,
  DLQ,
  FUNCTION,
  QUEUE,
  SHOP,
  TOPIC,
  rule,
  startMessaging,
  subscription,
  target,
} from "../../../test/messaging-fixture.ts";
import type { TestMessaging } from "../../../test/messaging-fixture.ts";
import { LambdaStopped } from "../../lambda/invocation.ts";

const LIMIT_MS = 30_000;
let bridge: TestMessaging | undefined;
afterEach(async () => {
  await bridge?.stop();
  bridge = undefined;
});

const placed = (id = "o-1") => ({ source: "shop", detailType: "order.placed", detail: JSON.stringify({ id }) });
const busy = () => {
  throw new Error("busy");
};
const untilIdle = () => vi.waitFor(() => expect(bridge?.deliveries.idle()).toBe(true), LIMIT_MS);
const attributesIn = (message: { messageAttributes: Readonly<Record<string, { stringValue?: string }>> } | undefined) =>
  Object.fromEntries(
    Object.entries(message?.messageAttributes ?? {}).map(([name, { stringValue }]) => [name, stringValue]),
  );

// AWS: eb-rules, eb-targets.
describe("an event that matches", () => {
  test("goes to function, queue and topic as the same JSON", async () => {
    const targets = [FUNCTION, QUEUE, TOPIC].map((arn, index) => target(arn, { id: `T${index}` }));
    bridge = await startMessaging({
      rules: [rule(targets)],
      subscriptions: [subscription("sqs", DLQ, { RawMessageDelivery: "true" })],
    });
    const id = bridge.rules.put("shop", placed());
    const [body = ""] = bridge.invoked;
    expect(JSON.parse(body)).toMatchObject({
      id,
      source: "shop",
      "detail-type": "order.placed",
      detail: { id: "o-1" },
    });
    expect(bridge.receive(QUEUE).map((message) => message.body)).toEqual([body]);
    expect(bridge.receive(DLQ).map((message) => message.body)).toEqual([body]);
    expect(bridge.rules.status()).toMatchObject([
      { kind: "rule", target: "worker", records: 1 },
      { target: QUEUE, records: 1 },
      { target: TOPIC, records: 1 },
    ]);
  });

  test("carries the rule's message group to a queue, and what its input makes of it", async () => {
    const input = { kind: "transformer", paths: { id: "$.detail.id" }, template: '{"order": <id>}' } as const;
    bridge = await startMessaging({ rules: [rule([target(QUEUE, { groupId: "shop", input })])] });
    bridge.rules.put("shop", placed());
    expect(bridge.receive(QUEUE)).toMatchObject([{ body: '{"order": "o-1"}', attributes: { MessageGroupId: "shop" } }]);
  });

  test("goes to another bus as the same event, and from there to no third one", async () => {
    bridge = await startMessaging({
      rules: [rule([target(AUDIT)]), rule([target(SHOP), target(QUEUE)], { busName: "audit" })],
    });
    const id = bridge.rules.put("shop", placed());
    expect(bridge.receive(QUEUE).map(({ body }) => JSON.parse(body).id)).toEqual([id]);
  });
});

test.each([
  ["of another bus", "audit", {}],
  ["of another source", "shop", { pattern: '{"source":["other"]}' }],
  ["while the rule is disabled", "shop", { enabled: false }],
])("an event %s goes nowhere", async (_what, busName, more) => {
  bridge = await startMessaging({ rules: [rule([target(FUNCTION)], more)] });
  bridge.rules.put(busName, placed());
  expect(bridge.invoked).toEqual([]);
});

// AWS: eb-rule-dlq, eb-rule-retry-policy.
describe("a delivery that fails", () => {
  const GONE = FUNCTION.replace("worker", "gone");

  test("for want of the function goes to the dead-letter queue at once, the event with AWS's attributes", async () => {
    bridge = await startMessaging({ rules: [rule([target(GONE, { deadLetterArn: DLQ })])] });
    const id = bridge.rules.put("shop", placed());
    const [message, ...more] = bridge.receive(DLQ);
    expect(more).toEqual([]);
    expect(JSON.parse(message?.body ?? "")).toMatchObject({ id, detail: { id: "o-1" } });
    expect(attributesIn(message)).toEqual({
      RULE_ARN: rule([]).arn,
      TARGET_ARN: GONE,
      ERROR_CODE: "NO_RESOURCE",
      ERROR_MESSAGE: "Function not found: gone",
      RETRY_ATTEMPTS: "0",
    });
    expect(bridge.deliveries.idle()).toBe(true);
  });

  test("for want of the queue, without a dead-letter queue, is gone and counted", async () => {
    bridge = await startMessaging({ rules: [rule([target(`${QUEUE}-gone`)])] });
    bridge.rules.put("shop", placed());
    expect(bridge.rules.status()).toMatchObject([
      { failures: 1, discarded: 1, problem: expect.stringContaining("gone") },
    ]);
  });

  test("because the template gives a function no JSON goes to the dead-letter queue as INVALID_JSON", async () => {
    const input = { kind: "transformer", paths: {}, template: "no JSON" } as const;
    bridge = await startMessaging({ rules: [rule([target(FUNCTION, { input, deadLetterArn: DLQ })])] });
    bridge.rules.put("shop", placed());
    expect(attributesIn(bridge.receive(DLQ)[0])).toMatchObject({ ERROR_CODE: "INVALID_JSON" });
  });

  test("is tried again until it succeeds, and is under way meanwhile", async () => {
    let failures = 3;
    bridge = await startMessaging({
      rules: [rule([target(FUNCTION, { deadLetterArn: DLQ })])],
      onInvoke: () => {
        if (failures-- > 0) throw new Error("busy");
      },
    });
    bridge.rules.put("shop", placed());
    expect(bridge.deliveries.idle()).toBe(false);
    await untilIdle();
    expect(bridge.invoked).toHaveLength(1);
    expect(bridge.receive(DLQ)).toEqual([]);
    expect(bridge.rules.status()).toMatchObject([{ records: 1, batches: 4, retries: 3, failures: 3, discarded: 0 }]);
  });

  test("as often as its policy allows goes to the dead-letter queue", async () => {
    const policy = { maximumRetryAttempts: 2, deadLetterArn: DLQ };
    bridge = await startMessaging({ rules: [rule([target(FUNCTION, policy)])], onInvoke: busy });
    bridge.rules.put("shop", placed());
    await untilIdle();
    expect(attributesIn(bridge.receive(DLQ)[0])).toMatchObject({
      ERROR_CODE: "ERROR_FROM_TARGET",
      ERROR_MESSAGE: "busy",
      EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
      RETRY_ATTEMPTS: "2",
    });
  });

  test("until the event is too old goes to the dead-letter queue", async () => {
    const policy = { maximumEventAgeSeconds: 60, deadLetterArn: DLQ };
    bridge = await startMessaging({ rules: [rule([target(FUNCTION, policy)])], onInvoke: busy });
    bridge.rules.put("shop", placed());
    await untilIdle();
    expect(attributesIn(bridge.receive(DLQ)[0])).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: "MaximumEventAgeInSeconds",
    });
  });

  test("is tried again by the next process", async () => {
    const state = new DatabaseSync(":memory:");
    const rules = [rule([target(FUNCTION)])];
    bridge = await startMessaging({ rules, state, timeScale: 1, onInvoke: busy });
    bridge.rules.put("shop", placed());
    await bridge.stop();
    bridge = await startMessaging({ rules, state });
    expect(bridge.deliveries.idle()).toBe(false);
    await untilIdle();
    expect(bridge.invoked.map((body) => JSON.parse(body).detail)).toEqual([{ id: "o-1" }]);
  });

  test("because functions have stopped is kept for the next process, and is no failure", async () => {
    const state = new DatabaseSync(":memory:");
    const rules = [rule([target(FUNCTION, { maximumRetryAttempts: 0 })])];
    bridge = await startMessaging({
      rules,
      state,
      onInvoke: () => {
        throw new LambdaStopped();
      },
    });
    bridge.rules.put("shop", placed());
    expect(bridge.rules.status()).toMatchObject([{ failures: 0 }]);
    await bridge.stop();
    bridge = await startMessaging({ rules, state });
    await untilIdle();
    expect(bridge.invoked).toHaveLength(1);
  });

  test("and whose rule is gone at the next start is forgotten", async () => {
    const state = new DatabaseSync(":memory:");
    bridge = await startMessaging({ rules: [rule([target(FUNCTION)])], state, timeScale: 1, onInvoke: busy });
    bridge.rules.put("shop", placed());
    await bridge.stop();
    bridge = await startMessaging({ rules: [], state });
    await untilIdle();
    expect(bridge.invoked).toEqual([]);
  });
});
