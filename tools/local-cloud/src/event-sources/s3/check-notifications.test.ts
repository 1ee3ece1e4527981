import { describe, expect, test } from "vitest";
import { readGraph } from "../../graph/read-graph.ts";
import { smallPipeline, testGraph } from "../../../test/testing-graph.ts";
import { checkNotifications } from "./check-notifications.ts";

const arn = (service: string, name: string) => `arn:aws:${service}:eu-central-2:000000000000:${name}`;
const QUEUE = arn("sqs", "test-orders");
const TOPIC = arn("sns", "alerts");
const graph = readGraph(
  testGraph([
    ...smallPipeline,
    { type: "aws:sqs/queue:Queue", name: "Fifo", inputs: { name: "f.fifo", fifoQueue: true } },
    { type: "aws:sns/topic:Topic", name: "Alerts", inputs: { name: "alerts" } },
  ]),
);
const rule = { id: "a", bucket: "b", targetArn: QUEUE, events: ["s3:ObjectCreated:*"], prefix: "", suffix: "" };
const check = (...parts: Partial<typeof rule>[]) =>
  checkNotifications(
    parts.map((part) => ({ ...rule, ...part })),
    graph,
  );

// AWS: notification-how-to-filtering, "Examples of invalid configurations"; notification-how-to-event-types-and-destinations.
describe("a bucket's notifications", () => {
  test.each([
    ["of other buckets", {}, { bucket: "c" }],
    ["of other events", {}, { events: ["s3:ObjectRemoved:*"] }],
    ["of prefixes apart", { prefix: "in/" }, { prefix: "out/" }],
    ["of suffixes apart, though a prefix holds the other", { prefix: "in/", suffix: ".csv" }, { suffix: ".gz" }],
  ])("%s are taken", (_what, one, other) => {
    expect(() => check(one, { targetArn: TOPIC, ...other })).not.toThrow();
  });

  test.each([
    ["that are the same", {}, {}],
    ["one of which covers the other's event", {}, { events: ["s3:ObjectCreated:Put"] }],
    ["one of which covers the other's prefix", { prefix: "in" }, { prefix: "in/a" }],
    ["one of which covers the other's suffix", { suffix: ".csv" }, { suffix: "a.csv" }],
    ["one by prefix, one by suffix", { prefix: "in/" }, { suffix: ".csv" }],
  ])("%s are refused", (_what, one, other) => {
    expect(() => check(one, { id: "b", targetArn: TOPIC, ...other })).toThrow(
      "Configurations on the same bucket cannot share a common event type",
    );
  });

  test.each([
    ["a queue", arn("sqs", "none")],
    ["a topic", arn("sns", "none")],
    ["a function", arn("lambda", "function:none")],
  ])("to %s that does not exist are refused", (_what, targetArn) => {
    expect(() => check({ targetArn })).toThrow("Unable to validate the following destination configurations");
  });

  test("to a FIFO queue are refused", () => {
    expect(() => check({ targetArn: arn("sqs", "f.fifo") })).toThrow("FIFO queue");
  });
});
