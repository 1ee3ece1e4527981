import { expect, test } from "vitest";
import { DLQ, FUNCTION, QUEUE, SHOP, schedule } from "../../../test/messaging-fixture.ts";
import { readGraph } from "../../graph/read-graph.ts";
import { smallPipeline, testGraph } from "../../../test/testing-graph.ts";
import { checkSchedules } from "./check-schedules.ts";

const named = (arn: string) => ({ name: arn.slice(arn.lastIndexOf(":") + 1), arn, component: "C" });
const graph = readGraph(
  testGraph([
    ...smallPipeline,
    {
      type: "aws:lambda/function:Function",
      name: "Worker",
      inputs: { name: "worker", handler: "w.handler", runtime: "nodejs24.x" },
    },
  ]),
);
const [orders] = graph.queues;
if (orders === undefined) throw new Error("The pipeline has a queue.");
const parts = {
  ...graph,
  queues: [
    { ...orders, ...named(QUEUE) },
    { ...orders, ...named(DLQ) },
    { ...orders, ...named(`${QUEUE}.fifo`) },
  ],
  buses: [{ name: "shop", arn: SHOP }],
};
const check = (definition: ReturnType<typeof schedule>, notices: string[] = []) =>
  checkSchedules({ ...parts, schedules: [definition] }, (sentence) => void notices.push(sentence));

test("a schedule that Scheduler takes is run", () => {
  const definition = schedule(FUNCTION, { target: { input: "{}", deadLetterArn: DLQ } });
  expect(check(definition)).toEqual([definition]);
});

test("a schedule of a task or of a call of any API is named, and is not run", () => {
  const notices: string[] = [];
  expect(check(schedule("arn:aws:ecs:eu-central-2:000000000000:cluster/c"), notices)).toEqual([]);
  expect(check(schedule("arn:aws:scheduler:::aws-sdk:sqs:sendMessage"), notices)).toEqual([]);
  expect(notices).toMatchObject([expect.stringContaining("cluster/c"), expect.stringContaining("aws-sdk")]);
});

// AWS: scheduler API_CreateSchedule, API_Target, configuring-schedule-dlq.
test.each([
  ["an expression that is none", schedule(FUNCTION, { expression: "rate(0 minutes)" }), "rate(0 minutes)"],
  ["a one-time expression with an offset", schedule(FUNCTION, { expression: "at(2026-01-01T00:00:00Z)" }), "at("],
  ["a time zone that is none", schedule(FUNCTION, { timeZone: "Europe/Atlantis" }), "Europe/Atlantis"],
  [
    "an end before its start",
    schedule(FUNCTION, { start: "2026-01-02T00:00:00Z", end: "2026-01-01T00:00:00Z" }),
    "is not before its EndDate",
  ],
  ["an input for a function that is no JSON", schedule(FUNCTION, { target: { input: "hello" } }), "not JSON"],
  ["a bus without source and type", schedule(SHOP), "EventBridgeParameters"],
  ["a FIFO queue without a group", schedule(`${QUEUE}.fifo`), "SqsParameters"],
  ["a function that is not there", schedule(`${FUNCTION}-gone`), "is not in the graph"],
  ["a FIFO queue for dead letters", schedule(FUNCTION, { target: { deadLetterArn: `${QUEUE}.fifo` } }), "FIFO"],
  ["a missing queue for dead letters", schedule(FUNCTION, { target: { deadLetterArn: `${QUEUE}-gone` } }), "no queue"],
])("a schedule with %s is refused", (_what, definition, sentence) => {
  expect(() => check(definition)).toThrow(sentence);
});

test.each([
  ["FLEXIBLE", undefined],
  ["OFF", 5],
])("a flexible time window of mode %s with the length %s is refused", (mode, maximumWindowInMinutes) => {
  const inputs = {
    name: "nightly",
    scheduleExpression: "rate(1 day)",
    flexibleTimeWindow: { mode, maximumWindowInMinutes },
    target: { arn: FUNCTION },
  };
  const made = testGraph([{ type: "aws:scheduler/schedule:Schedule", name: "Nightly", inputs }]);
  expect(() => readGraph(made)).toThrow("MaximumWindowInMinutes");
});
