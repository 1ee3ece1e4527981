import { expect, test } from "vitest";
import { openWebAddresses } from "./event-sources/http/web-addresses.ts";
import { localFunctions, resourceEnvironment } from "./local-environment.ts";
import { readGraph } from "./graph/read-graph.ts";
import { smallPipeline, testGraph } from "../test/testing-graph.ts";

const ORIGIN = "http://127.0.0.1:4566";

test("resources are found under the names of their components", () => {
  expect(resourceEnvironment(ORIGIN, readGraph(testGraph()), [])).toEqual({
    UPLOADS_BUCKET: "test-uploads",
    ORDERS_DLQ_URL: `${ORIGIN}/000000000000/test-orders-dlq`,
    ORDERS_QUEUE_URL: `${ORIGIN}/000000000000/test-orders`,
    ORDERS_TABLE: "test-orders-table",
  });
});

test("a component of several words becomes a variable of several words", () => {
  const queue = { type: "aws:sqs/queue:Queue", name: "UploadFailures", inputs: { name: "failures" } };
  expect(Object.keys(resourceEnvironment(ORIGIN, readGraph(testGraph([queue])), []))).toEqual([
    "UPLOAD_FAILURES_QUEUE_URL",
  ]);
});

test("a function's URLs of queues and buckets lead to the local endpoint, its other variables stay", () => {
  const inputs = {
    name: "worker",
    handler: "worker.handler",
    runtime: "nodejs24.x",
    environment: {
      variables: {
        ORDERS_QUEUE_URL: "https://sqs.eu-central-2.amazonaws.com/000000000000/test-orders",
        UPLOADS: "https://test-uploads.s3.eu-central-2.amazonaws.com/a.csv",
        MODE: "x",
      },
    },
  };
  const graph = readGraph(
    testGraph([...smallPipeline, { type: "aws:lambda/function:Function", name: "Worker", inputs }]),
  );
  expect(localFunctions(ORIGIN, graph, []).map(({ environment }) => environment)).toEqual([
    {
      ORDERS_QUEUE_URL: `${ORIGIN}/000000000000/test-orders`,
      UPLOADS: `${ORIGIN}/test-uploads/a.csv`,
      MODE: "x",
    },
  ]);
});

test("URLs of functions and APIs lead to their local addresses wherever the graph has AWS's, and have variables of their own", async () => {
  const functionUrl = "https://xyz.lambda-url.eu-central-2.on.aws/";
  const apiEndpoint = "https://abc.execute-api.eu-central-2.amazonaws.com";
  const variables = { CHECKOUT: functionUrl, SST_RESOURCE_Shop: JSON.stringify({ url: apiEndpoint, type: "x" }) };
  const worker = { name: "worker", handler: "worker.handler", runtime: "nodejs24.x", environment: { variables } };
  const graph = readGraph(
    testGraph([
      { type: "aws:lambda/function:Function", name: "Worker", inputs: worker },
      {
        type: "aws:lambda/functionUrl:FunctionUrl",
        name: "CheckoutUrl",
        inputs: { functionName: "worker", authorizationType: "NONE" },
        drawn: { functionUrl },
      },
      {
        type: "aws:apigatewayv2/api:Api",
        name: "ShopApi",
        inputs: { protocolType: "HTTP" },
        drawn: { id: "abc", apiEndpoint },
      },
    ]),
  );
  const notice = () => {};
  const addresses = await openWebAddresses([...graph.functionUrls, ...graph.httpApis], { endpointPort: 0, notice });
  const [checkout, shop] = addresses.map(({ server }) => server.origin);
  expect(resourceEnvironment(ORIGIN, graph, addresses)).toEqual({ CHECKOUT_URL: `${checkout}/`, SHOP_URL: `${shop}/` });
  expect(localFunctions(ORIGIN, graph, addresses)[0]?.environment).toEqual({
    CHECKOUT: `${checkout}/`,
    SST_RESOURCE_Shop: JSON.stringify({ url: shop, type: "x" }),
  });
  await Promise.all(addresses.map(({ server }) => server.stop()));
});

test("what is linked to a function is in its environment under the names of SST's Resource, with local URLs", () => {
  const url = "https://sqs.eu-central-2.amazonaws.com/000000000000/test-orders";
  const worker = {
    type: "aws:lambda/function:Function",
    name: "WorkerFunction",
    inputs: { name: "worker", handler: "worker.handler", runtime: "nodejs24.x" },
    code: { handler: "worker.handler", options: {}, copyFiles: [], links: { Orders: { url } } },
  };
  const [definition] = localFunctions(ORIGIN, readGraph(testGraph([...smallPipeline, worker])), []);
  expect(definition?.environment).toEqual({
    SST_RESOURCE_App: JSON.stringify({ name: "doorbell", stage: "test" }),
    SST_RESOURCE_Orders: JSON.stringify({ url: `${ORIGIN}/000000000000/test-orders` }),
  });
});
