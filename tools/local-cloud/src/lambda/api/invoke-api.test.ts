import { once } from "node:events";
import { createServer, type Server } from "node:http";
import {
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  type InvokeCommandInput,
  type InvokeCommandOutput,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { functionNamed, startLambda, until, type LambdaFixture } from "../../../test/lambda-fixture.ts";

const echo = `export const handler = async (event, context) => {
  if (event.fail) throw new Error("as asked");
  if (event.lines) for (let line = 0; line < event.lines; line++) console.log("line", line, "x".repeat(100));
  if (event.large) return "x".repeat(event.large);
  if (event.ms) await new Promise((done) => setTimeout(done, event.ms));
  return { event, client: context.clientContext };
};`;
let fixture: LambdaFixture;
let server: Server;
let client: LambdaClient;
let endpoint: string;

beforeAll(async () => {
  fixture = await startLambda({ echo }, [
    functionNamed("echo"),
    functionNamed("reserved", {
      handler: "echo.handler",
      reservedConcurrency: 1,
      invokeConfig: {
        functionName: "reserved",
        maximumRetryAttempts: 1,
        maximumEventAgeSeconds: 60,
        onFailure: "arn:aws:sqs:eu-central-2:000000000000:failures",
      },
    }),
  ]);
  server = createServer((request, response) => void fixture.lambda.handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  client = new LambdaClient({ endpoint, region: "eu-central-2", credentials, maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  server.close();
  await fixture.stop();
});

const invoke = (input: Partial<InvokeCommandInput>): Promise<InvokeCommandOutput> =>
  client.send(new InvokeCommand({ FunctionName: "echo", ...input }));
const answerOf = (output: InvokeCommandOutput): unknown => JSON.parse(output.Payload?.transformToString() ?? "");

test("RequestResponse answers 200 with the handler's result and the executed version", async () => {
  const output = await invoke({ Payload: Buffer.from('{"order":1}') });
  expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
  expect(output.FunctionError).toBeUndefined();
  expect(output.LogResult).toBeUndefined();
  expect(answerOf(output)).toEqual({ event: { order: 1 } });
});

test("a function error is a 200 with X-Amz-Function-Error", async () => {
  const output = await invoke({ Payload: Buffer.from('{"fail":true}') });
  expect(output).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
  expect(answerOf(output)).toMatchObject({ errorType: "Error", errorMessage: "as asked" });
});

test("LogType Tail brings the end of the log, base64", async () => {
  const output = await invoke({ LogType: "Tail" });
  expect(Buffer.from(output.LogResult ?? "", "base64").toString()).toMatch(/START RequestId: [^]*REPORT RequestId: /);
});

test("the log's end is its last 4 KB", async () => {
  const output = await invoke({ LogType: "Tail", Payload: Buffer.from('{"lines":100}') });
  const log = Buffer.from(output.LogResult ?? "", "base64");
  expect(log).toHaveLength(4_096);
  expect(log.toString()).toMatch(/line 99 x+\n(?:END|REPORT) [^]*\n$/);
});

test("a result over 6 MB is a 200 with the error Function.ResponseSizeTooLarge", async () => {
  const output = await invoke({ Payload: Buffer.from('{"large":6291600}') });
  expect(output).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
  expect(answerOf(output)).toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
});

test("no payload is an empty event", async () => {
  expect(answerOf(await invoke({}))).toEqual({ event: {} });
});

test("the client context reaches the handler", async () => {
  const ClientContext = Buffer.from('{"custom":{"city":"Zürich"}}').toString("base64");
  expect(answerOf(await invoke({ ClientContext }))).toEqual({ event: {}, client: { custom: { city: "Zürich" } } });
});

test("Event is acknowledged with 202 and runs", async () => {
  const before = fixture.lambda.status()[0]?.invocations ?? 0;
  const output = await invoke({ InvocationType: "Event", Payload: Buffer.from("{}") });
  expect(output.StatusCode).toBe(202);
  await until(() => fixture.lambda.idle());
  expect(fixture.lambda.status()[0]?.invocations).toBe(before + 1);
});

test("DryRun answers 204 and runs nothing", async () => {
  const before = fixture.lambda.status()[0]?.invocations;
  expect((await invoke({ InvocationType: "DryRun" })).StatusCode).toBe(204);
  expect(fixture.lambda.status()[0]?.invocations).toBe(before);
});

test.each([
  "arn:aws:lambda:eu-central-2:000000000000:function:echo",
  "000000000000:function:echo",
  "arn:aws:lambda:eu-central-2:000000000000:function:echo:$LATEST",
])("a function is also found as %s", async (FunctionName) => {
  expect((await invoke({ FunctionName })).StatusCode).toBe(200);
});

test("an unknown function is a 404 ResourceNotFoundException", async () => {
  await expect(invoke({ FunctionName: "nobody" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    $metadata: { httpStatusCode: 404 },
    Type: "User",
    message: "Function not found: arn:aws:lambda:eu-central-2:000000000000:function:nobody:$LATEST",
  });
});

/** Recorded: of these operations Invoke alone means a version where none is named. */
test.each([
  ["GetFunction", () => new GetFunctionCommand({ FunctionName: "nobody" }), "Function not found: ARN"],
  ["GetFunction", () => new GetFunctionCommand({ FunctionName: "echo", Qualifier: "7" }), "Function not found: ARN:7"],
  [
    "GetFunctionConfiguration",
    () => new GetFunctionConfigurationCommand({ FunctionName: "nobody" }),
    "Function not found: ARN",
  ],
  [
    "GetFunctionConcurrency",
    () => new GetFunctionConcurrencyCommand({ FunctionName: "nobody" }),
    "Function not found: ARN",
  ],
  [
    "GetFunctionEventInvokeConfig",
    () => new GetFunctionEventInvokeConfigCommand({ FunctionName: "nobody" }),
    "The function ARN:$LATEST doesn't have an EventInvokeConfig",
  ],
  [
    "GetFunctionEventInvokeConfig",
    () => new GetFunctionEventInvokeConfigCommand({ FunctionName: "echo" }),
    "The function ARN:$LATEST doesn't have an EventInvokeConfig",
  ],
])("%s says what is not there", async (_, command, message) => {
  const { FunctionName = "" } = command().input;
  const arn = `arn:aws:lambda:eu-central-2:000000000000:function:${FunctionName}`;
  await expect(client.send(command())).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    $metadata: { httpStatusCode: 404 },
    message: message.replace("ARN", arn),
  });
});

test.each([
  ["Invoke", (FunctionName: string) => invoke({ FunctionName })],
  ["GetFunction", (FunctionName: string) => client.send(new GetFunctionCommand({ FunctionName }))],
])("%s of a function's ARN in another region is a 404: not reachable", async (_, ask) => {
  await expect(ask("arn:aws:lambda:us-east-1:000000000000:function:echo")).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    $metadata: { httpStatusCode: 404 },
    message: "Functions from 'us-east-1' are not reachable in this region ('eu-central-2')",
  });
});

test("a qualifier that is not the ARN's is a 400 InvalidParameterValueException", async () => {
  await expect(invoke({ FunctionName: "echo:$LATEST", Qualifier: "7" })).rejects.toMatchObject({
    name: "InvalidParameterValueException",
    $metadata: { httpStatusCode: 400 },
    message: "The derived qualifier from the function name does not match the specified qualifier.",
  });
});

test("DryRun of an unknown function is a 404 as well", async () => {
  await expect(invoke({ FunctionName: "nobody", InvocationType: "DryRun" })).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("a version that does not exist is a 404 ResourceNotFoundException", async () => {
  await expect(invoke({ Qualifier: "7" })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test("a payload that is not JSON is a 400 InvalidRequestContentException", async () => {
  await expect(invoke({ Payload: Buffer.from("{oops") })).rejects.toMatchObject({
    name: "InvalidRequestContentException",
    $metadata: { httpStatusCode: 400 },
  });
});

test("an operation that the local cloud does not have is told as such", async () => {
  await expect(client.send(new GetPolicyCommand({ FunctionName: "echo" }))).rejects.toMatchObject({
    name: "UnknownOperationException",
    message: "The local cloud does not have this operation of Lambda.",
  });
});

test("an unknown invocation type is a 400 InvalidParameterValueException", async () => {
  const path = `${endpoint}/2015-03-31/functions/echo/invocations`;
  const answer = await fetch(path, { method: "POST", body: "{}", headers: { "x-amz-invocation-type": "Later" } });
  expect([answer.status, answer.headers.get("x-amzn-errortype")]).toEqual([400, "InvalidParameterValueException"]);
});

test.each([
  ["RequestResponse", 6_291_456, 200, "Request must be smaller than 6291456 bytes for the InvokeFunction operation"],
  ["Event", 1_048_576, 202, "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"],
] as const)(
  "a payload of %s over its limit of %d bytes is a 413 RequestEntityTooLargeException",
  async (InvocationType, limit, status, message) => {
    const textOf = (bytes: number): Buffer => Buffer.from(`"${"x".repeat(bytes - 2)}"`);
    await expect(invoke({ InvocationType, Payload: textOf(limit + 1) })).rejects.toMatchObject({
      name: "RequestEntityTooLargeException",
      $metadata: { httpStatusCode: 413 },
      message,
    });
    expect((await invoke({ InvocationType, Payload: textOf(limit) })).StatusCode).toBe(status);
  },
);

test("reserved concurrency used up is a 429 TooManyRequestsException with its reason", async () => {
  const first = invoke({ FunctionName: "reserved", Payload: Buffer.from('{"ms":600}') });
  await until(() => fixture.lambda.status()[1]?.running === 1);
  await expect(invoke({ FunctionName: "reserved" })).rejects.toMatchObject({
    name: "TooManyRequestsException",
    $metadata: { httpStatusCode: 429 },
    Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
  });
  await first;
});

test("Event is accepted though the reserved concurrency is used up, and runs later", async () => {
  const first = invoke({ FunctionName: "reserved", Payload: Buffer.from('{"ms":300}') });
  await until(() => fixture.lambda.status()[1]?.running === 1);
  const before = fixture.lambda.status()[1]?.invocations ?? 0;
  expect((await invoke({ FunctionName: "reserved", InvocationType: "Event" })).StatusCode).toBe(202);
  await first;
  await until(() => fixture.lambda.status()[1]?.invocations === before + 2);
});

test("functions are listed page by page", async () => {
  const first = await client.send(new ListFunctionsCommand({ MaxItems: 1 }));
  expect(first.Functions?.map((one) => one.FunctionName)).toEqual(["echo"]);
  const second = await client.send(new ListFunctionsCommand({ MaxItems: 1, Marker: first.NextMarker }));
  expect(second.Functions?.map((one) => one.FunctionName)).toEqual(["reserved"]);
  expect(second.NextMarker).toBeUndefined();
});

test("a function's configuration, reserved concurrency and retries can be looked at", async () => {
  const FunctionName = "reserved";
  expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
    FunctionArn: "arn:aws:lambda:eu-central-2:000000000000:function:reserved",
    LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/reserved" },
  });
  expect(await client.send(new GetFunctionConcurrencyCommand({ FunctionName }))).toMatchObject({
    ReservedConcurrentExecutions: 1,
  });
  expect(await client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }))).toMatchObject({
    MaximumRetryAttempts: 1,
    MaximumEventAgeInSeconds: 60,
    DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:eu-central-2:000000000000:failures" } },
  });
  await expect(client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: "echo" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("functions can be listed and looked at", async () => {
  const { Functions } = await client.send(new ListFunctionsCommand({}));
  expect(Functions?.map((one) => one.FunctionName)).toEqual(["echo", "reserved"]);
  expect(Functions?.[0]).not.toHaveProperty("State");
  const one = await client.send(new GetFunctionCommand({ FunctionName: "reserved" }));
  expect(one).toMatchObject({
    Configuration: { Runtime: "nodejs24.x", Timeout: 3, MemorySize: 256, Handler: "echo.handler", State: "Active" },
    Concurrency: { ReservedConcurrentExecutions: 1 },
  });
});
