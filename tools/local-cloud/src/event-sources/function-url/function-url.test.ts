import { execFile } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { functionNamed, startLambda, until, type LambdaFixture } from "../../../test/lambda-fixture.ts";
import { installedRuntimes } from "../../../test/installed-runtimes.ts";
import { ask, startWeb } from "../../../test/web-fixture.ts";
import { BODY_LIMITS } from "../../endpoint/body-limits.ts";
import type { FunctionUrlDefinition } from "../../graph/graph.ts";

const LIMIT_MS = 60_000;

/** Returns what the query asks for, or does what it says. */
const ANSWERS = `
export const handler = async (event) => {
  if (event.queryStringParameters?.throw) throw new TypeError("as asked");
  if (event.queryStringParameters?.exit) process.exit(3);
  if (event.queryStringParameters?.large) return "x".repeat(7_000_000);
  if (event.queryStringParameters?.event) return { statusCode: 200, body: JSON.stringify(event) };
  return JSON.parse(event.isBase64Encoded ? Buffer.from(event.body, "base64") : event.body);
};`;

const STREAMS = `
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  const { how = "" } = event.queryStringParameters ?? {};
  if (how === "early") throw new RangeError("before a byte");
  if (how === "exit") process.exit(3);
  if (how === "plain") { stream.setContentType("text/plain"); stream.write("one "); return void stream.end(context.awsRequestId); }
  if (how === "bare") return void stream.end(Buffer.from([0, 1, 2, 255]));
  if (how === "unwritten") return void awslambda.HttpResponseStream.from(stream, { statusCode: 418 }).end();
  const head = { statusCode: 201, headers: { "Content-Type": "text/event-stream", "x-seen": "yes" }, cookies: ["a=1", "b=2; Secure"] };
  const answer = awslambda.HttpResponseStream.from(stream, head);
  if (how === "broken") { answer.write("half"); throw new Error("midway"); }
  if (how === "large") return void await pipeline(Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(1_000_000, "x"))), answer);
  answer.write("first;");
  if (how === "slow") await new Promise((resolve) => process.once("SIGUSR2", resolve));
  answer.write("second;");
  answer.end();
});`;

const url = (functionName: string, overrides: Partial<FunctionUrlDefinition> = {}): FunctionUrlDefinition => ({
  kind: "function-url",
  component: functionName,
  id: "abc",
  functionName,
  streamed: false,
  ...overrides,
});
const everywhere = {
  allowCredentials: false,
  allowHeaders: ["*"],
  allowMethods: ["*"],
  allowOrigins: ["*"],
  exposeHeaders: ["x-seen"],
  maxAgeSeconds: 300,
};

let fixture: LambdaFixture;
let web: Awaited<ReturnType<typeof startWeb>>;
let answers: string;
let open: string;
let listed: string;
let reserved: string;
beforeAll(async () => {
  const functions = [functionNamed("answers"), functionNamed("reserved", { reservedConcurrency: 0 })];
  fixture = await startLambda({ answers: ANSWERS, reserved: ANSWERS }, functions);
  web = await startWeb(fixture, [
    url("answers"),
    url("answers", { cors: everywhere }),
    url("answers", { cors: { ...everywhere, allowCredentials: true, allowOrigins: ["https://shop.example"] } }),
    url("reserved"),
  ]);
  [answers = "", open = "", listed = "", reserved = ""] = web.origins;
}, LIMIT_MS);
afterAll(async () => {
  await web.stop();
  await fixture.stop();
});

const json = (value: unknown) => ({ body: JSON.stringify(value), headers: { "content-type": "application/json" } });
const eventFor = async (origin: string, sent: Parameters<typeof ask>[1]): Promise<Record<string, unknown>> => {
  const path = `${sent.path ?? "/"}${sent.path?.includes("?") ? "&" : "?"}event=1`;
  return JSON.parse((await ask(origin, { ...sent, path })).text);
};

// AWS page: "Invoking Lambda function URLs", request payload format; recorded events.
describe("the event of a request", () => {
  test("has the path and the query percent-encoded as they came, and the parameters decoded, joined by commas", async () => {
    const event = await eventFor(answers, { path: "/pa2%Fth/a%20b/?q=x%20y&q=%2Fz&empty=" });
    expect(event).toMatchObject({
      version: "2.0",
      routeKey: "$default",
      rawPath: "/pa2%Fth/a%20b/",
      rawQueryString: "q=x%20y&q=%2Fz&empty=&event=1",
      queryStringParameters: { q: "x y,/z", empty: "", event: "1" },
    });
  });

  test("has headers by their names in lower case, doubles joined by a comma, and cookies in their own field alone", async () => {
    const headers = { "X-Twice": ["one", "two"], Cookie: "a=1; b=2", "User-Agent": "test/1" };
    const event = await eventFor(answers, { headers });
    expect(event["cookies"]).toEqual(["a=1", "b=2"]);
    expect(event["headers"]).toMatchObject({
      "x-twice": "one,two",
      "user-agent": "test/1",
      host: answers.slice("http://".length),
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
    });
    expect(event["headers"]).not.toHaveProperty("cookie");
  });

  test("has the request's context, and nothing that the request has not", async () => {
    const event = await eventFor(answers, { path: "/orders", headers: { "user-agent": "test/1" } });
    expect(event["requestContext"]).toEqual({
      accountId: "anonymous",
      apiId: "abc",
      domainName: answers.slice("http://".length),
      domainPrefix: "127",
      http: { method: "GET", path: "/orders", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test/1" },
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      routeKey: "$default",
      stage: "$default",
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      timeEpoch: expect.any(Number),
    });
    for (const absent of ["body", "cookies", "pathParameters", "stageVariables"])
      expect(event).not.toHaveProperty(absent);
    expect(event["isBase64Encoded"]).toBe(false);
  });

  test.each([
    ["JSON as text", "application/json; charset=utf-8", '{"ü":1}', false],
    ["another type of JSON as text", "application/problem+json", "{}", false],
    ["text as text", "text/csv", "a,b", false],
    ["XML as text", "application/xml", "<a/>", false],
    ["a form as base64", "application/x-www-form-urlencoded", "a=1", true],
    ["files as base64", "multipart/form-data; boundary=x", "--x--", true],
    ["bytes as base64", "application/octet-stream", Buffer.from([0, 255]), true],
    ["text that is no UTF-8 as base64", "text/plain", Buffer.from([0x66, 0xff]), true],
    ["a body without a type as base64", undefined, "abc", true],
  ])("carries %s", async (_, type, body, isBase64Encoded) => {
    const headers = type === undefined ? {} : { "content-type": type };
    const event = await eventFor(answers, { method: "PUT", headers, body });
    expect(event["isBase64Encoded"]).toBe(isBase64Encoded);
    expect(event["body"]).toBe(Buffer.from(body).toString(isBase64Encoded ? "base64" : "utf8"));
  });
});

// AWS page: "Invoking Lambda function URLs", response payload format; recorded answers.
describe("the answer to a result", () => {
  test.each([
    ["an object", { hello: "world" }, '{"hello":"world"}'],
    ["a list", ["hello", 3, true], '["hello",3,true]'],
    ["a text, as it is", "hello", "hello"],
    ["a number", 3.1, "3.1"],
    ["a boolean", true, "true"],
    ["nothing", null, "null"],
    ["an object with a body and no status", { body: "x" }, '{"body":"x"}'],
  ])("%s is a 200 with it as JSON", async (_, result, text) => {
    const answer = await ask(answers, json(result));
    expect([answer.status, answer.text]).toEqual([200, text]);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(text.length),
      "x-amzn-requestid": expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  test("with a status, headers and cookies is that answer", async () => {
    const headers = { "Content-Type": "text/html", "My-Header": "Custom", "x-number": 7, Connection: "close" };
    const answer = await ask(answers, json({ statusCode: 201, headers, cookies: ["a=1", "b=2; Secure"], body: "<p>" }));
    expect([answer.status, answer.text]).toEqual([201, "<p>"]);
    expect(answer.headers).toMatchObject({
      "content-type": "text/html",
      "my-header": "Custom",
      "x-number": "7",
      "set-cookie": ["a=1", "b=2; Secure"],
      connection: "keep-alive",
    });
  });

  test("with a status as text, and without a type, is JSON to the client", async () => {
    const answer = await ask(answers, json({ statusCode: "418", body: "teapot" }));
    expect([answer.status, answer.text, answer.headers["content-type"]]).toEqual([418, "teapot", "application/json"]);
  });

  test("with a body in base64 is its bytes", async () => {
    const body = Buffer.from([0, 1, 254, 255]);
    const answer = await ask(answers, json({ statusCode: 200, body: body.toString("base64"), isBase64Encoded: true }));
    expect(answer.body).toEqual(body);
  });

  test("to HEAD has no body, and with 204 neither body nor length", async () => {
    expect((await ask(answers, { path: "/?event=1", method: "HEAD" })).text).toBe("");
    const empty = await ask(answers, json({ statusCode: 204 }));
    expect([empty.status, empty.text, empty.headers["content-length"]]).toEqual([204, "", undefined]);
  });

  test.each([
    ["a status that is none", { statusCode: "fine" }],
    ["a status below 200", { statusCode: 100 }],
    ["a body that is no text", { statusCode: 200, body: { a: 1 } }],
    ["a header that HTTP does not have", { statusCode: 200, headers: { "a b": "c" } }],
    ["a header with a line break", { statusCode: 200, headers: { a: "b\r\nc: d" } }],
    ["cookies that are no list", { statusCode: 200, cookies: "a=1" }],
  ])("with %s is a 502", async (_, result) => {
    const answer = await ask(answers, json(result));
    expect([answer.status, answer.text]).toEqual([502, "Internal Server Error"]);
  });

  test.each([
    ["throws", "throw"],
    ["exits", "exit"],
    ["answers more than 6 MB", "large"],
  ])("of a function that %s is a 502, counted as a failure", async (_, how) => {
    const before = web.status()[0]?.failures ?? 0;
    const answer = await ask(answers, { path: `/?${how}=1` });
    expect([answer.status, answer.text]).toEqual([502, "Internal Server Error"]);
    expect(web.status()[0]?.failures).toBe(before + 1);
  });

  test("of a function whose concurrency is used up is a 429 with its reason", async () => {
    const answer = await ask(reserved, { path: "/" });
    expect([answer.status, answer.headers["x-amzn-errortype"]]).toEqual([429, "TooManyRequestsException"]);
    expect(JSON.parse(answer.text)).toMatchObject({ Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" });
  });

  test("to a body over 6 MB is a 413, before the function sees it", async () => {
    const before = fixture.lambda.status()[0]?.invocations;
    const body = "x".repeat(BODY_LIMITS.invocation + 1);
    const answer = await ask(answers, { body, headers: { "content-type": "text/plain" } });
    expect(answer.status).toBe(413);
    expect(fixture.lambda.status()[0]?.invocations).toBe(before);
  });

  test("to a request for something else than a path is a 400", async () => {
    expect((await ask(answers, { path: "*", method: "OPTIONS" })).status).toBe(400);
    expect((await ask(answers, { path: "http://other.example/" })).status).toBe(400);
  });

  test("is what curl gets, with an Expect and a file", async () => {
    const args = ["-sS", "-i", "--data-binary", `@${import.meta.filename}`, "-H", "Content-Type: text/plain"];
    const { stdout } = await promisify(execFile)("curl", [...args, `${answers}/a/b?event=1`]);
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/m);
    expect(stdout).toContain('"rawPath":"/a/b"');
    expect(stdout).toContain("is what curl gets, with an Expect and a file");
  });
});

// AWS pages: "Creating and managing Lambda function URLs", cross-origin resource sharing; Cors in the API reference.
describe("cross-origin resource sharing", () => {
  const origin = "https://shop.example";

  test("is answered to a browser's preflight, and the function is not run", async () => {
    const before = fixture.lambda.status()[0]?.invocations;
    const headers = { origin, "access-control-request-method": "PUT", "access-control-request-headers": "x-a" };
    const answer = await ask(open, { method: "OPTIONS", headers });
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "*",
      "access-control-allow-headers": "*",
      "access-control-max-age": "300",
    });
    expect(fixture.lambda.status()[0]?.invocations).toBe(before);
  });

  test("with credentials names what was asked for, since an asterisk would mean itself", async () => {
    const headers = { origin, "access-control-request-method": "PUT", "access-control-request-headers": "x-a" };
    expect((await ask(listed, { method: "OPTIONS", headers })).headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "PUT",
      "access-control-allow-headers": "x-a",
    });
  });

  test("adds its headers to answers, beside those of the function", async () => {
    const result = { statusCode: 200, headers: { "access-control-allow-origin": "*" }, body: "" };
    const { headers } = await ask(open, { ...json(result), headers: { origin, "content-type": "application/json" } });
    expect(headers["access-control-allow-origin"]).toBe(`*, ${origin}`);
    expect(headers["access-control-expose-headers"]).toBe("x-seen");
  });

  test("is the function's own business where none is configured: an OPTIONS is an event", async () => {
    const headers = { "access-control-request-method": "PUT" };
    const event = await eventFor(answers, { method: "OPTIONS", headers });
    expect(event["requestContext"]).toMatchObject({ http: { method: "OPTIONS" } });
  });
});

describe("on this machine", () => {
  test.each([
    ["another host, as a rebound DNS name would send it", () => answers, { host: "evil.example" }],
    ["another origin", () => answers, { origin: "https://evil.example" }],
    ["a page of another site", () => answers, { "sec-fetch-site": "cross-site" }],
    ["another host, though every origin is allowed", () => open, { host: "evil.example" }],
    ["an origin that is not listed", () => listed, { origin: "https://evil.example" }],
    ["a page of another site, where origins are listed", () => listed, { "sec-fetch-site": "cross-site" }],
  ])("a request of %s is refused", async (_, origin, headers) => {
    expect((await ask(origin(), { path: "/?event=1", headers })).status).toBe(403);
  });

  test.each([
    ["its own origin", () => answers, () => ({ origin: answers })],
    ["any origin that the project allows", () => open, () => ({ origin: "https://any.example" })],
    ["a listed origin", () => listed, () => ({ origin: "https://shop.example", "sec-fetch-site": "cross-site" })],
  ])("a request of %s is answered", async (_, origin, headers) => {
    expect((await ask(origin(), { path: "/?event=1", headers: headers() })).status).toBe(200);
  });
});

// AWS pages: "Response streaming for Lambda functions"; "Using the Lambda runtime API for custom runtimes".
describe.each(installedRuntimes())("an answer that is streamed, over $name,", ({ overrides }) => {
  let service: LambdaFixture;
  let urls: Awaited<ReturnType<typeof startWeb>>;
  let streams: string;
  let whole: string;
  let raw: string;
  beforeAll(async () => {
    const functions = [functionNamed("streams"), functionNamed("answers")];
    service = await startLambda({ answers: ANSWERS, streams: STREAMS }, functions, overrides);
    urls = await startWeb(service, [
      url("streams", { streamed: true }),
      url("streams"),
      url("answers", { streamed: true }),
    ]);
    [streams = "", whole = "", raw = ""] = urls.origins;
  }, LIMIT_MS);
  afterAll(async () => {
    await urls.stop();
    await service.stop();
  });

  test(
    "begins with its status, headers and cookies, and comes as it is written",
    async () => {
      const sent = request(`${streams}/?how=slow`).end();
      const [response] = await once(sent, "response");
      expect(response.statusCode).toBe(201);
      expect(response.headers).toMatchObject({
        "content-type": "text/event-stream",
        "x-seen": "yes",
        "set-cookie": ["a=1", "b=2; Secure"],
        "transfer-encoding": "chunked",
      });
      const [first] = await once(response, "data");
      expect(String(first)).toBe("first;");
      expect(service.lambda.status()[0]?.running).toBe(1);
      response.destroy();
      // Whoever leaves early lets the handler end by itself, here by its time limit.
      await until(() => service.lambda.status()[0]?.running === 0, LIMIT_MS);
    },
    LIMIT_MS,
  );

  test(
    "is whole, also over 6 MB, at the speed of the client",
    async () => {
      const answer = await ask(streams, { path: "/?how=large" });
      expect([answer.status, answer.body.length]).toEqual([201, 20_000_000]);
      expect((await ask(streams, { path: "/" })).text).toBe("first;second;");
    },
    LIMIT_MS,
  );

  test("without status and headers is a 200 of its content type", async () => {
    const plain = await ask(streams, { path: "/?how=plain" });
    expect([plain.status, plain.headers["content-type"]]).toEqual([200, "text/plain"]);
    expect(plain.text).toBe(`one ${String(plain.headers["x-amzn-requestid"])}`);
    const bare = await ask(streams, { path: "/?how=bare" });
    expect([bare.headers["content-type"], bare.body]).toEqual([
      "application/octet-stream",
      Buffer.from([0, 1, 2, 255]),
    ]);
  });

  test("has no status and headers where nothing is written, as with AWS's runtime, and so is a 502", async () => {
    const answer = await ask(streams, { path: "/?how=unwritten" });
    expect([answer.status, answer.text]).toEqual([502, "Internal Server Error"]);
  });

  test.each(["early", "exit"])("of a handler that ends before its first byte is a 502: %s", async (how) => {
    const answer = await ask(streams, { path: `/?how=${how}` });
    expect([answer.status, answer.text]).toEqual([502, "Internal Server Error"]);
  });

  test("of a handler that throws midway is cut off, the error is in the log, and the next one is fine", async () => {
    await expect(ask(streams, { path: "/?how=broken" })).rejects.toThrow(/aborted|hang up|terminated|ECONNRESET/);
    expect(service.lambda.logs("streams").some(({ line }) => line.includes("midway"))).toBe(true);
    expect((await ask(streams, { path: "/" })).status).toBe(201);
  });

  test(
    "is held back until its end where the URL is BUFFERED, and limited to 6 MB",
    async () => {
      const answer = await ask(whole, { path: "/" });
      expect([answer.status, answer.text]).toEqual([201, "first;second;"]);
      expect(answer.headers).toMatchObject({ "content-length": "13", "set-cookie": ["a=1", "b=2; Secure"] });
      expect((await ask(whole, { path: "/?how=large" })).status).toBe(502);
    },
    LIMIT_MS,
  );

  test("is the result as it is, of a handler that does not stream", async () => {
    const answer = await ask(raw, json({ statusCode: 201, body: "x" }));
    expect([answer.status, answer.text]).toEqual([200, '{"statusCode":201,"body":"x"}']);
  });

  test("is the payload of an invocation, as text", async () => {
    const result = await service.lambda.invoke("streams", '{"queryStringParameters":{"how":"plain"}}');
    expect(result).toMatchObject({ payload: `one ${result.requestId}` });
    expect(await service.lambda.invoke("streams", '{"queryStringParameters":{"how":"early"}}')).toMatchObject({
      functionError: "Unhandled",
      payload: expect.stringContaining('"errorType":"RangeError"'),
    });
  });
});
