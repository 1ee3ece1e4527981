import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { functionNamed, startLambda, type LambdaFixture } from "../../../test/lambda-fixture.ts";
import { ask, startWeb } from "../../../test/web-fixture.ts";
import { BODY_LIMITS } from "../../endpoint/body-limits.ts";
import type { HttpApiDefinition } from "../../graph/graph.ts";

const LIMIT_MS = 60_000;

const HANDLER = `
export const handler = async (event) => {
  const { throw: thrown, wait, result } = event.queryStringParameters ?? {};
  if (thrown) throw new TypeError("as asked");
  if (wait) await new Promise(() => setInterval(() => {}, 1_000));
  if (result) return JSON.parse(result);
  return { statusCode: 200, body: JSON.stringify(event) };
};`;

const route = (routeKey: string, functionName = "worker", timeoutMs = 30_000) => ({
  routeKey,
  functionName,
  timeoutMs,
});
const api = (overrides: Partial<HttpApiDefinition>): HttpApiDefinition => ({
  kind: "http-api",
  component: "Shop",
  id: "shop123",
  routes: [],
  stages: [{ name: "$default", variables: {} }],
  ...overrides,
});
const cors = {
  allowCredentials: false,
  allowHeaders: ["*"],
  allowMethods: ["*"],
  allowOrigins: ["*"],
  exposeHeaders: [],
};

let fixture: LambdaFixture;
let web: Awaited<ReturnType<typeof startWeb>>;
let shop: string;
let open: string;
let staged: string;
beforeAll(async () => {
  fixture = await startLambda({ worker: HANDLER, reserved: HANDLER }, [
    functionNamed("worker"),
    functionNamed("reserved", { reservedConcurrency: 0 }),
  ]);
  web = await startWeb(fixture, [
    api({
      routes: [
        route("GET /users/{id}"),
        route("POST /users"),
        route("ANY /files/{proxy+}"),
        route("GET /slow", "worker", 50),
        route("GET /reserved", "reserved"),
      ],
    }),
    api({ routes: [route("$default"), { ...route("GET /guarded"), refused: "has an authorizer (JWT)." }], cors }),
    api({
      routes: [route("GET /users")],
      stages: [
        { name: "$default", variables: {} },
        { name: "beta", variables: { colour: "blue" } },
      ],
    }),
  ]);
  [shop = "", open = "", staged = ""] = web.origins;
}, LIMIT_MS);
afterAll(async () => {
  await web.stop();
  await fixture.stop();
});

const eventFor = async (origin: string, sent: Parameters<typeof ask>[1]): Promise<Record<string, unknown>> =>
  JSON.parse((await ask(origin, sent)).text);
const withResult = (result: unknown) => ({
  path: `/users/1?result=${encodeURIComponent(JSON.stringify(result))}`,
});

// AWS page: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway", payload format 2.0.
describe("the event of a route", () => {
  test("names the route, and has the path and its variables decoded, the query as it came", async () => {
    const event = await eventFor(shop, { path: "/users/a%20b?q=x%20y" });
    expect(event).toMatchObject({
      version: "2.0",
      routeKey: "GET /users/{id}",
      rawPath: "/users/a b",
      rawQueryString: "q=x%20y",
      queryStringParameters: { q: "x y" },
      pathParameters: { id: "a b" },
      isBase64Encoded: false,
    });
    expect(event["requestContext"]).toMatchObject({
      accountId: "000000000000",
      apiId: "shop123",
      routeKey: "GET /users/{id}",
      stage: "$default",
      http: { method: "GET", path: "/users/a b" },
      requestId: expect.stringMatching(/^[\w+/]{15}=$/),
    });
    for (const absent of ["body", "cookies", "stageVariables"]) expect(event).not.toHaveProperty(absent);
  });

  test("has what a greedy variable took, and the slash at the end", async () => {
    const event = await eventFor(shop, { path: "/files/a/b/", method: "DELETE" });
    expect(event).toMatchObject({ rawPath: "/files/a/b/", pathParameters: { proxy: "a/b/" } });
  });

  test("ends its path at a question mark that was encoded, as recorded by others", async () => {
    expect(await eventFor(shop, { path: "/users/me%3Fadmin=true" })).toMatchObject({ rawPath: "/users/me" });
  });

  test("of a stage of its own name has that in its path, and the stage's variables", async () => {
    const event = await eventFor(staged, { path: "/beta/users" });
    expect(event).toMatchObject({ rawPath: "/beta/users", routeKey: "GET /users", stageVariables: { colour: "blue" } });
    expect(event["requestContext"]).toMatchObject({ stage: "beta" });
    expect(await eventFor(staged, { path: "/users" })).not.toHaveProperty("stageVariables");
  });

  test("carries a form as base64", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const event = await eventFor(shop, { path: "/users", headers, body: "a=1" });
    expect(event).toMatchObject({ body: Buffer.from("a=1").toString("base64"), isBase64Encoded: true });
  });
});

describe("the answer", () => {
  test.each([
    ["an object is a 200 with it as JSON", { a: 1 }, 200, '{"a":1}', "application/json"],
    ["a text is a 200 with it", "hello", 200, "hello", "application/json"],
    ["a status without a type is plain text", { statusCode: 201, body: "x" }, 201, "x", "text/plain;charset=UTF-8"],
    ["bytes come from base64", { statusCode: 200, body: "aGk=", isBase64Encoded: true }, 200, "hi", expect.anything()],
  ])("%s", async (_, result, status, text, type) => {
    const answer = await ask(shop, withResult(result));
    expect([answer.status, answer.text, answer.headers["content-type"]]).toEqual([status, text, type]);
    expect(answer.headers["apigw-requestid"]).toMatch(/^[\w+/]{15}=$/);
  });

  test("has a set-cookie for each cookie", async () => {
    const answer = await ask(shop, withResult({ statusCode: 200, cookies: ["a=1", "b=2"], body: "" }));
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  });

  // AWS pages: "Quotas for HTTP APIs"; answers of API Gateway to clients.
  test.each([
    ["no route fits", { path: "/nowhere" }, 404, "Not Found"],
    ["the method has no route", { path: "/users/1", method: "PUT" }, 404, "Not Found"],
    ["the path is none", { path: "*", method: "OPTIONS" }, 400, "Bad Request"],
    ["the path is not decodable", { path: "/users/%zz" }, 400, "Bad Request"],
    ["the function fails", { path: "/users/1?throw=1" }, 500, "Internal Server Error"],
    ["the status is none", withResult({ statusCode: "fine" }), 500, "Internal Server Error"],
    ["the body is no text", withResult({ statusCode: 200, body: { a: 1 } }), 500, "Internal Server Error"],
    ["the function takes longer than the integration", { path: "/slow?wait=1" }, 503, "Service Unavailable"],
    ["the function's concurrency is used up", { path: "/reserved" }, 503, "Service Unavailable"],
  ])("where %s is JSON with a message", async (_, sent, status, message) => {
    const answer = await ask(shop, sent);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, { message }]);
  });

  test.each([
    ["over 10 MB", BODY_LIMITS.httpApi + 1, "text/plain"],
    ["within 10 MB, and over Lambda's 6 MB as an event", 5_000_000, "application/octet-stream"],
  ])("to a body %s is a 413", async (_, length, type) => {
    const answer = await ask(shop, { path: "/users", body: "x".repeat(length), headers: { "content-type": type } });
    expect(answer.status).toBe(413);
  });
});

// AWS page: "Configure CORS for HTTP APIs in API Gateway".
describe("cross-origin resource sharing", () => {
  const origin = "https://shop.example";

  test("is answered to a preflight with 204, though a route would fit", async () => {
    const before = fixture.lambda.status()[0]?.invocations;
    const headers = { origin, "access-control-request-method": "PUT" };
    const answer = await ask(open, { method: "OPTIONS", headers });
    expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([204, "*"]);
    expect(answer.headers).toMatchObject({ "access-control-allow-methods": "*", "access-control-allow-headers": "*" });
    expect(fixture.lambda.status()[0]?.invocations).toBe(before);
  });

  test("takes the place of the function's own headers", async () => {
    const result = { statusCode: 200, headers: { "Access-Control-Allow-Origin": "https://other.example" }, body: "" };
    const { headers } = await ask(open, { ...withResult(result), headers: { origin } });
    expect(headers["access-control-allow-origin"]).toBe("*");
  });

  test("leaves the function's headers where the API has none", async () => {
    const result = { statusCode: 200, headers: { "Access-Control-Allow-Origin": "https://other.example" }, body: "" };
    expect((await ask(shop, withResult(result))).headers["access-control-allow-origin"]).toBe("https://other.example");
  });

  test("an OPTIONS that is no preflight goes to its route", async () => {
    const event = await eventFor(open, { method: "OPTIONS" });
    expect(event).toMatchObject({ routeKey: "$default" });
  });
});

test("a route that is refused answers 501 with the reason, though another one would fit", async () => {
  const answer = await ask(open, { path: "/guarded" });
  expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([
    501,
    { message: "GET /guarded has an authorizer (JWT)." },
  ]);
  expect((await ask(open, { path: "/guarded", method: "POST" })).status).toBe(200);
});
