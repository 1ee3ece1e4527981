import { describe, expect, test } from "vitest";
import { readGraph } from "../../graph/read-graph.ts";
import { smallPipeline, testGraph } from "../../../test/testing-graph.ts";
import { checkSubscriptions } from "./check-subscriptions.ts";

const arn = (service: string, name: string) => `arn:aws:${service}:eu-central-2:000000000000:${name}`;
const QUEUE = arn("sqs", "test-orders");

function check(inputs: Record<string, unknown>): string[] {
  const notices: string[] = [];
  const graph = testGraph([
    ...smallPipeline,
    { type: "aws:sqs/queue:Queue", name: "Fifo", inputs: { name: "f.fifo", fifoQueue: true } },
    { type: "aws:sns/topic:Topic", name: "Alerts", inputs: { name: "alerts" } },
    {
      type: "aws:sns/topicSubscription:TopicSubscription",
      name: "Sub",
      inputs: { topic: arn("sns", "alerts"), protocol: "sqs", endpoint: QUEUE, ...inputs },
    },
  ]);
  checkSubscriptions(readGraph(graph), (sentence) => notices.push(sentence));
  return notices;
}

describe("a topic's subscription", () => {
  test("of a queue that is there is taken", () => {
    expect(check({})).toEqual([]);
  });

  test("of an e-mail address is named, and not run", () => {
    expect(check({ protocol: "email", endpoint: "a@example.com" })).toEqual([
      `${arn("sns", "alerts")} does not deliver to a@example.com (email): local topics deliver to queues and functions.`,
    ]);
  });

  test.each([
    ["of an unknown topic", { topic: arn("sns", "none") }, "there is no such topic"],
    ["of an unknown queue", { endpoint: arn("sqs", "none") }, "there is no such queue"],
    ["of an unknown function", { protocol: "lambda", endpoint: arn("lambda", "function:none") }, "no such function"],
    ["of a FIFO queue", { endpoint: arn("sqs", "f.fifo") }, "FIFO SQS Queues can not be subscribed"],
    [
      "whose dead-letter queue is unknown",
      { redrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("sqs", "none") }) },
      "for its dead letters",
    ],
  ])("%s is refused", (_what, inputs, message) => {
    expect(() => check(inputs)).toThrow(message);
  });
});
