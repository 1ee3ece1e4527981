import { expect, test } from "vitest";
import { localFunctions, resourceEnvironment } from "./local-environment.ts";
import { readGraph } from "./graph/read-graph.ts";
import { smallPipeline, testGraph } from "../test/testing-graph.ts";

const ORIGIN = "http://127.0.0.1:4566";

test("resources are found under the names of their components", () => {
  expect(resourceEnvironment(ORIGIN, readGraph(testGraph()))).toEqual({
    UPLOADS_BUCKET: "test-uploads",
    ORDERS_DLQ_URL: `${ORIGIN}/000000000000/test-orders-dlq`,
    ORDERS_QUEUE_URL: `${ORIGIN}/000000000000/test-orders`,
    ORDERS_TABLE: "test-orders-table",
  });
});

test("a component of several words becomes a variable of several words", () => {
  const queue = { type: "aws:sqs/queue:Queue", name: "UploadFailuresQueue", inputs: { name: "failures" } };
  expect(Object.keys(resourceEnvironment(ORIGIN, readGraph(testGraph([queue]))))).toEqual([
    "UPLOAD_FAILURES_QUEUE_URL",
  ]);
});

test("a function's queue URLs lead to the local endpoint, its other variables stay", () => {
  const inputs = {
    name: "worker",
    handler: "worker.handler",
    runtime: "nodejs24.x",
    environment: {
      variables: { ORDERS_QUEUE_URL: "https://sqs.eu-central-2.amazonaws.com/000000000000/test-orders", MODE: "x" },
    },
  };
  const graph = readGraph(
    testGraph([...smallPipeline, { type: "aws:lambda/function:Function", name: "Worker", inputs }]),
  );
  expect(localFunctions(ORIGIN, graph).map(({ environment }) => environment)).toEqual([
    { ORDERS_QUEUE_URL: `${ORIGIN}/000000000000/test-orders`, MODE: "x" },
  ]);
});
