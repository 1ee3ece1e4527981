import { describe, expect, test } from "vitest";
import { smallPipeline, testGraph } from "../../../test/testing-graph.ts";
import { readGraph } from "../../graph/read-graph.ts";
import { checkRules } from "./check-rules.ts";

const arn = (service: string, name: string) => `arn:aws:${service}:eu-central-2:000000000000:${name}`;
const QUEUE = arn("sqs", "test-orders");

function check(target: Record<string, unknown> = {}, rule: Record<string, unknown> = {}) {
  const notices: string[] = [];
  const graph = readGraph(
    testGraph([
      ...smallPipeline,
      { type: "aws:sqs/queue:Queue", name: "Fifo", inputs: { name: "f.fifo", fifoQueue: true } },
      { type: "aws:cloudwatch/eventBus:EventBus", name: "ShopBus", inputs: { name: "shop" } },
      {
        type: "aws:cloudwatch/eventRule:EventRule",
        name: "PlacedRule",
        component: { name: "Placed" },
        inputs: { name: "placed", eventBusName: "shop", eventPattern: '{"source":["shop"]}', ...rule },
      },
      {
        type: "aws:cloudwatch/eventTarget:EventTarget",
        name: "PlacedTarget",
        inputs: { rule: "placed", eventBusName: "shop", arn: QUEUE, ...target },
      },
    ]),
  );
  checkRules(graph, (sentence) => notices.push(sentence));
  return { notices, rules: graph.rules };
}

describe("a rule of the graph", () => {
  test("is read with its bus, its pattern, its targets and EventBridge's retry policy", () => {
    expect(check()).toEqual({
      notices: [],
      rules: [
        {
          name: "placed",
          component: "Placed",
          arn: arn("events", "rule/shop/placed"),
          busName: "shop",
          enabled: true,
          pattern: '{"source":["shop"]}',
          targets: [{ id: "PlacedTarget", arn: QUEUE, maximumRetryAttempts: 185, maximumEventAgeSeconds: 86_400 }],
        },
      ],
    });
  });

  test("is disabled by its state", () => {
    expect(check({}, { state: "DISABLED" }).rules).toMatchObject([{ enabled: false }]);
  });

  test("has the policy, the dead-letter queue and the input of its target", () => {
    const { rules } = check({
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      deadLetterConfig: { arn: arn("sqs", "test-orders-dlq") },
      inputTransformer: { inputPaths: { id: "$.id" }, inputTemplate: "<id>" },
    });
    expect(rules[0]?.targets).toMatchObject([
      {
        maximumRetryAttempts: 0,
        maximumEventAgeSeconds: 60,
        deadLetterArn: arn("sqs", "test-orders-dlq"),
        input: { kind: "transformer", paths: { id: "$.id" }, template: "<id>" },
      },
    ]);
  });

  test("with a target of another service is read, and that it does not deliver is said", () => {
    expect(check({ arn: arn("states", "stateMachine:x") }).notices).toEqual([
      `placed does not deliver to ${arn("states", "stateMachine:x")}: local rules deliver to functions, queues, topics and buses.`,
    ]);
  });

  test.each([
    ["on an unknown bus", { eventBusName: "x" }, { eventBusName: "x" }, "Event bus x does not exist"],
    [
      "with a schedule on another bus than the default one",
      {},
      { scheduleExpression: "rate(1 day)" },
      "only on the default",
    ],
    ["with a pattern that is not valid", {}, { eventPattern: '{"source":"shop"}' }, "Event pattern is not valid"],
    ["without pattern and schedule", {}, { eventPattern: null }, "must be specified"],
    ["whose target has an unknown rule", { rule: "x" }, {}, "Rule x does not exist on EventBus shop"],
    ["to an unknown queue", { arn: arn("sqs", "x") }, {}, "is not in the graph"],
    ["to an unknown function", { arn: arn("lambda", "function:x") }, {}, "is not in the graph"],
    ["to an unknown topic", { arn: arn("sns", "x") }, {}, "is not in the graph"],
    ["to an unknown bus", { arn: arn("events", "event-bus/x") }, {}, "is not in the graph"],
    ["to a FIFO queue without a group", { arn: arn("sqs", "f.fifo") }, {}, "SqsParameters must be specified"],
    ["with an unknown dead-letter queue", { deadLetterConfig: { arn: arn("sqs", "x") } }, {}, "for its dead letters"],
    ["with a FIFO dead-letter queue", { deadLetterConfig: { arn: arn("sqs", "f.fifo") } }, {}, "is a FIFO queue"],
    ["with two inputs", { input: "{}", inputPath: "$.id" }, {}, "Only one of Input"],
    ["with an input that is no JSON", { input: "{" }, {}, "JSON is expected"],
  ])("%s is refused", (_what, target, rule, message) => {
    expect(() => check(target, rule)).toThrow(message);
  });
});
