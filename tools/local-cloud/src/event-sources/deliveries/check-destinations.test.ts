import { expect, test } from "vitest";
import { readGraph } from "../../graph/read-graph.ts";
import { smallPipeline, testGraph } from "../../../test/testing-graph.ts";
import { checkDestinations } from "./check-destinations.ts";

const arn = (service: string, name: string) => `arn:aws:${service}:eu-central-2:000000000000:${name}`;
const check = (destinationConfig: object) => {
  const inputs = { functionName: "test-worker", destinationConfig };
  const worker = { name: "test-worker", handler: "w.handler", runtime: "nodejs24.x" };
  checkDestinations(
    readGraph(
      testGraph([
        ...smallPipeline,
        { type: "aws:sqs/queue:Queue", name: "Fifo", inputs: { name: "test.fifo", fifoQueue: true } },
        { type: "aws:lambda/function:Function", name: "Worker", inputs: worker },
        { type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", name: "Config", inputs },
      ]),
    ),
  );
};

test.each([
  ["a queue", arn("sqs", "test-orders")],
  ["a function", arn("lambda", "function:test-worker")],
  ["the default bus", arn("events", "event-bus/default")],
])("%s is taken as a destination", (_what, destination) => {
  expect(() => check({ onSuccess: { destination }, onFailure: { destination } })).not.toThrow();
});

test("a bucket is taken for failures", () => {
  expect(() => check({ onFailure: { destination: "arn:aws:s3:::any" } })).not.toThrow();
});

test.each([
  ["a bucket for successes", "arn:aws:s3:::any", "failures alone"],
  ["a FIFO queue", arn("sqs", "test.fifo"), "FIFO"],
  ["a bus that is not there", arn("events", "event-bus/gone"), "not in the graph"],
  ["a topic that is not there", arn("sns", "gone"), "not in the graph"],
  ["a stream of Kinesis", arn("kinesis", "stream/s"), "expected a queue"],
])("%s is refused as a destination", (_what, destination, sentence) => {
  expect(() => check({ onSuccess: { destination } })).toThrow(sentence);
});
