import { describe, expect, test } from "vitest";
import { testGraph } from "../../test/testing-graph.ts";
import { readGraph } from "./read-graph.ts";

const worker = {
  type: "aws:lambda/function:Function",
  name: "WorkerFunction",
  inputs: { name: "worker", handler: "worker.handler", runtime: "nodejs24.x" },
};
const url = (inputs: object, drawn?: Record<string, string>) => ({
  type: "aws:lambda/functionUrl:FunctionUrl",
  name: "WorkerUrl",
  inputs: { functionName: "worker", authorizationType: "NONE", ...inputs },
  ...(drawn && { drawn }),
});
// As SST's ApiGatewayV2 with one route makes them.
const api = (inputs: object = {}) => ({
  type: "aws:apigatewayv2/api:Api",
  name: "ShopApi",
  inputs: { protocolType: "HTTP", ...inputs },
  drawn: { id: "abc123", apiEndpoint: "https://abc123.execute-api.eu-central-2.amazonaws.com" },
});
const stage = {
  type: "aws:apigatewayv2/stage:Stage",
  name: "ShopStage",
  inputs: { apiId: "abc123", name: "$default", autoDeploy: true },
};
const integration = (inputs: object = {}) => ({
  type: "aws:apigatewayv2/integration:Integration",
  name: "ShopRouteIntegration",
  inputs: {
    apiId: "abc123",
    integrationType: "AWS_PROXY",
    integrationUri: "arn:aws:lambda:eu-central-2:000000000000:function:worker",
    payloadFormatVersion: "2.0",
    ...inputs,
  },
});
const route = (inputs: object = {}) => ({
  type: "aws:apigatewayv2/route:Route",
  name: "ShopRoute",
  inputs: {
    apiId: "abc123",
    routeKey: "GET /users/{id}",
    target: "integrations/ShopRouteIntegration",
    authorizationType: "NONE",
    ...inputs,
  },
});

describe("a function URL", () => {
  test("is read with its invoke mode, CORS settings and address on AWS", () => {
    const cors = { allowOrigins: ["*"], allowMethods: ["GET"], maxAge: 60 };
    const functionUrl = "https://xyz.lambda-url.eu-central-2.on.aws/";
    const graph = readGraph(testGraph([worker, url({ invokeMode: "RESPONSE_STREAM", cors }, { functionUrl })]));
    expect(graph.functionUrls).toEqual([
      {
        kind: "function-url",
        component: "Worker",
        id: "xyz",
        functionName: "worker",
        streamed: true,
        cors: {
          allowCredentials: false,
          allowHeaders: [],
          allowMethods: ["GET"],
          allowOrigins: ["*"],
          exposeHeaders: [],
          maxAgeSeconds: 60,
        },
        awsUrl: "https://xyz.lambda-url.eu-central-2.on.aws",
      },
    ]);
  });

  test.each([
    ["of a version", { qualifier: "live" }, "it is of live"],
    ["of a function that is not there", { functionName: "nobody" }, "its function nobody is not in the graph"],
  ])("%s is refused by name", (_, inputs, message) => {
    expect(() => readGraph(testGraph([worker, url(inputs)]))).toThrow(message);
  });
});

test("a function URL that checks signatures is left out, and named", () => {
  const { functionUrls, notRun } = readGraph(testGraph([worker, url({ authorizationType: "AWS_IAM" })]));
  expect(functionUrls).toEqual([]);
  expect(notRun).toEqual([
    expect.stringMatching(/^Not run here: WorkerUrl .* authorization is AWS_IAM;.*would be open/),
  ]);
});

describe("an HTTP API", () => {
  test("is read with its routes, their functions and its stages", () => {
    const graph = readGraph(testGraph([worker, api({ corsConfiguration: {} }), stage, integration(), route()]));
    expect(graph.httpApis).toMatchObject([
      {
        kind: "http-api",
        component: "Shop",
        id: "abc123",
        routes: [{ routeKey: "GET /users/{id}", functionName: "worker", timeoutMs: 30_000 }],
        stages: [{ name: "$default", variables: {} }],
        awsUrl: "https://abc123.execute-api.eu-central-2.amazonaws.com",
      },
    ]);
  });

  test("finds a function by the ARN under which API Gateway invokes it", () => {
    const integrationUri =
      "arn:aws:apigateway:eu-central-2:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-2:000000000000:function:worker/invocations";
    const graph = readGraph(testGraph([worker, api(), stage, integration({ integrationUri }), route()]));
    expect(graph.httpApis[0]?.routes[0]?.functionName).toBe("worker");
  });

  test.each([
    ["an authorizer", [integration(), route({ authorizationType: "JWT" })], "has an authorizer (JWT)"],
    [
      "no function",
      [integration({ integrationType: "HTTP_PROXY", integrationUri: "https://a.example" }), route()],
      "leads to HTTP_PROXY https://a.example",
    ],
    ["payload format 1.0", [integration({ payloadFormatVersion: "1.0" }), route()], "has payload format 1.0"],
    [
      "no payload format, which is 1.0",
      [integration({ payloadFormatVersion: undefined }), route()],
      "has payload format 1.0",
    ],
  ])("with a route to %s runs all but that route, and names it", (_, resources, message) => {
    const { httpApis, notRun } = readGraph(testGraph([worker, api(), stage, ...resources]));
    expect(httpApis[0]?.routes).toMatchObject([{ refused: expect.stringContaining(message) }]);
    expect(notRun).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ["no integration", [route()], "has no integration ShopRouteIntegration"],
    ["a greedy variable in its midst", [integration(), route({ routeKey: "GET /{a+}/b" })], "has to come last"],
    ["a key of no form", [integration(), route({ routeKey: "users" })], "is not $default and not a method and a path"],
  ])("with a route to %s is refused by name", (_, resources, message) => {
    expect(() => readGraph(testGraph([worker, api(), stage, ...resources]))).toThrow(message);
  });
});

describe("what is not run here", () => {
  test("is named, with what that means, in one line for each meaning", () => {
    const named = (type: string, name: string, inputs = {}) => ({ type, name, inputs });
    const { notRun } = readGraph(
      testGraph([
        named("aws:s3/bucketVersioning:BucketVersioning", "UploadsVersioning"),
        named("aws:cloudwatch/metricAlarm:MetricAlarm", "TooOld"),
        named("aws:cloudwatch/dashboard:Dashboard", "Pipeline"),
        named("aws:kinesis/stream:Stream", "Clicks"),
        named("aws:apigatewayv2/api:Api", "ChatApi", { protocolType: "WEBSOCKET" }),
        named("aws:newthing/gadget:Gadget", "Gadget"),
        named("cloudflare:index/record:Record", "Name"),
      ]),
    );
    expect(notRun).toEqual([
      "Not run here: UploadsVersioning (s3/bucketVersioning); an object has one version, and older ones are not kept.",
      "Not run here: TooOld (cloudwatch/metricAlarm), Pipeline (cloudwatch/dashboard); nothing is measured against it: no alarm rings, and there is no dashboard.",
      "Not run here: Clicks (kinesis/stream); nothing can be written to it.",
      "Not run here: ChatApi (apigatewayv2/api); no WebSocket is accepted.",
      "Not run here: Gadget (newthing/gadget); calls to it fail.",
      "Not run here: Name (index/record); it is not of AWS.",
    ]);
  });

  test("is not told of what nobody can miss", () => {
    const types = [
      "iam/role:Role",
      "lambda/permission:Permission",
      "cloudwatch/logGroup:LogGroup",
      "s3/bucketPolicy:BucketPolicy",
    ];
    const resources = types.map((type) => ({ type: `aws:${type}`, name: "X", inputs: {} }));
    expect(readGraph(testGraph([...resources, worker, url({}), api(), stage])).notRun).toEqual([]);
  });

  test.each([
    [
      "layers",
      { layers: ["arn:aws:lambda:eu-central-2:1:layer:chrome:1"] },
      "it needs layers (arn:aws:lambda:eu-central-2:1:layer:chrome:1)",
    ],
    ["a file system", { fileSystemConfig: { arn: "x", localMountPath: "/mnt/x" } }, "it needs a file system at /mnt/x"],
    ["an image", { packageType: "Image", handler: undefined, runtime: undefined }, "it is a container image"],
  ])("does not run a function that needs it: %s", (_, inputs, notRun) => {
    const needing = { ...worker, inputs: { ...worker.inputs, ...inputs } };
    expect(readGraph(testGraph([needing])).functions).toMatchObject([{ notRun }]);
  });
});
