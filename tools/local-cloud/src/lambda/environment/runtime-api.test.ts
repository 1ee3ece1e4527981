import { afterEach, beforeEach, expect, test } from "vitest";
import { openRuntimeApi, type RuntimeApi, type RuntimeListener } from "./runtime-api.ts";

type Answer = Parameters<RuntimeListener["answered"]>[0];

const INVOCATION = {
  requestId: "request-1",
  payload: '{"city":"Zürich"}',
  deadlineMs: 1_800_000_000_000,
  invokedFunctionArn: "arn:aws:lambda:eu-central-2:000000000000:function:x",
  traceId: "Root=1-0-0",
};

let api: RuntimeApi;
let answers: Answer[];
let initErrors: string[];
let asked: () => void;
let askedFor: Promise<void>;

beforeEach(async () => {
  answers = [];
  initErrors = [];
  ({ promise: askedFor, resolve: asked } = Promise.withResolvers<void>());
  api = await openRuntimeApi({
    next: () => asked(),
    answered: (answer) => answers.push(answer),
    initFailed: (body) => initErrors.push(body),
  });
});
afterEach(() => api.close());

const call = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  fetch(`http://${api.address}/2018-06-01/runtime/${path}`, { method, headers, ...(body !== undefined && { body }) });

async function takeInvocation(): Promise<Response> {
  const next = call("GET", "invocation/next");
  await askedFor;
  api.deliver(INVOCATION);
  return next;
}

test("next waits for an invocation and gives its event with the id, deadline, ARN and trace in headers", async () => {
  const response = await takeInvocation();
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ city: "Zürich" });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "lambda-runtime-aws-request-id": "request-1",
    "lambda-runtime-deadline-ms": "1800000000000",
    "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-central-2:000000000000:function:x",
    "lambda-runtime-trace-id": "Root=1-0-0",
  });
});

test.each([
  ["response", false],
  ["error", true],
])("%s ends the invocation with 202", async (path, error) => {
  await takeInvocation();
  const response = await call("POST", `invocation/request-1/${path}`, '{"done":true}');
  expect([response.status, await response.json()]).toEqual([202, { status: "OK" }]);
  expect(answers).toEqual([{ requestId: "request-1", error, body: '{"done":true}' }]);
});

test("an answer to another invocation, or a second one to the same, is a 400 InvalidRequestID", async () => {
  await takeInvocation();
  const other = await call("POST", "invocation/request-0/response", "{}");
  expect([other.status, await other.json()]).toEqual([
    400,
    { errorType: "InvalidRequestID", errorMessage: "Invalid request ID" },
  ]);
  expect((await call("POST", "invocation/request-1/response", "{}")).status).toBe(202);
  expect((await call("POST", "invocation/request-1/response", "{}")).status).toBe(400);
  expect(answers).toHaveLength(1);
});

test("an answer over the limit is a 413, and the invocation an error Function.ResponseSizeTooLarge", async () => {
  await takeInvocation();
  const response = await call("POST", "invocation/request-1/response", "x".repeat(6_291_557));
  expect(response.status).toBe(413);
  expect(answers).toMatchObject([{ error: true, body: expect.stringContaining("Function.ResponseSizeTooLarge") }]);
});

test("init/error tells of an initialization that failed", async () => {
  expect((await call("POST", "init/error", '{"errorType":"X"}')).status).toBe(202);
  expect(initErrors).toEqual(['{"errorType":"X"}']);
});

test("another path is a 404", async () => {
  expect((await call("GET", "invocation/request-1/response")).status).toBe(404);
});

test("a web page is refused", async () => {
  expect((await call("POST", "init/error", "{}", { origin: "http://example.com" })).status).toBe(403);
  expect(initErrors).toEqual([]);
});
