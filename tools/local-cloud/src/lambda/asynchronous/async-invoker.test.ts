import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import type { FunctionDefinition } from "../../graph/graph.ts";
import { openState } from "../../state.ts";
import { LambdaStopped } from "../invocation.ts";
import { openAsyncEventStore } from "./async-event-store.ts";
import { functionNamed, isAlive, startLambda, until, type LambdaFixture } from "../../../test/lambda-fixture.ts";
import type { LambdaServiceOptions } from "../lambda-options.ts";

const FAILURES = "arn:aws:sqs:eu-central-2:000000000000:failures";
const TOPIC = "arn:aws:sns:eu-central-2:000000000000:topic";
const BUS = "arn:aws:events:eu-central-2:000000000000:event-bus/shop";
const SUCCESSES = "arn:aws:sqs:eu-central-2:000000000000:successes";
/** One minute in 60 ms. */
const timeScale = 0.001;
const worker = `
  let count = 0;
  export const handler = async (event, context) => {
    console.log("ran", event.name, context.awsRequestId);
    if (event.ms) await new Promise((done) => setTimeout(done, event.ms));
    if (++count <= (event.failures ?? 0)) throw new TypeError("not yet");
    return { count, pid: process.pid };
  };`;

const fixtures: LambdaFixture[] = [];
const folders: string[] = [];

async function start(
  overrides: Partial<FunctionDefinition> = {},
  options: Partial<LambdaServiceOptions> = {},
): Promise<LambdaFixture> {
  const fixture = await startLambda({ worker }, [functionNamed("worker", overrides)], { timeScale, ...options });
  fixtures.push(fixture);
  return fixture;
}

afterEach(async () => {
  for (const fixture of fixtures.splice(0)) await fixture.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const runsOf = (fixture: LambdaFixture): string[] =>
  fixture.lambda
    .logs("worker")
    .filter((entry) => entry.line.includes("\tINFO\tran "))
    .map((entry) => entry.line);
const configFor = (invokeConfig: object) => ({
  invokeConfig: { functionName: "worker", maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600, ...invokeConfig },
});

test("an event whose run fails is run again after one and then two minutes, under the same request id", async () => {
  const fixture = await start();
  const { requestId } = fixture.lambda.invokeAsync("worker", '{"failures":2}');
  expect(fixture.lambda.idle()).toBe(false);
  await until(() => fixture.lambda.idle());
  const startedAt = fixture.lambda
    .logs("worker")
    .flatMap(({ line, time }) => (line.startsWith("START ") ? [Date.parse(time)] : []));
  const [first = 0, second = 0, third = 0] = startedAt;
  expect(startedAt).toHaveLength(3);
  expect(second - first).toBeGreaterThanOrEqual(60);
  expect(third - second).toBeGreaterThanOrEqual(120);
  expect(runsOf(fixture).every((line) => line.endsWith(requestId))).toBe(true);
  expect(fixture.lambda.status()).toMatchObject([{ invocations: 3, errors: 2, asyncQueued: 0 }]);
});

test("an event that waits for its retry is queued, and the service is not idle", async () => {
  const fixture = await start({}, { timeScale: 1 });
  fixture.lambda.invokeAsync("worker", '{"failures":1}');
  await until(() => fixture.lambda.status()[0]?.errors === 1);
  await until(() => fixture.lambda.status()[0]?.running === 0);
  expect(fixture.lambda.status()).toMatchObject([{ asyncQueued: 1 }]);
  expect(fixture.lambda.idle()).toBe(false);
});

test("an event whose retries are used up ends in the failure destination", async () => {
  const fixture = await start(configFor({ maximumRetryAttempts: 1, onFailure: FAILURES, onSuccess: SUCCESSES }));
  const { requestId } = fixture.lambda.invokeAsync("worker", '{"failures":9,"key":"a"}');
  await until(() => fixture.lambda.idle());
  expect(fixture.sent.map((message) => message.queueArn)).toEqual([FAILURES]);
  expect(JSON.parse(fixture.sent[0]?.body ?? "")).toEqual({
    version: "1.0",
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    requestContext: {
      requestId,
      functionArn: "arn:aws:lambda:eu-central-2:000000000000:function:worker:$LATEST",
      condition: "RetriesExhausted",
      approximateInvokeCount: 2,
    },
    requestPayload: { failures: 9, key: "a" },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: { errorType: "TypeError", errorMessage: "not yet", trace: expect.any(Array) },
  });
});

test("an event whose run succeeds ends in the success destination", async () => {
  const fixture = await start(configFor({ onFailure: FAILURES, onSuccess: SUCCESSES }));
  fixture.lambda.invokeAsync("worker", "{}");
  await until(() => fixture.lambda.idle());
  expect(fixture.sent.map((message) => message.queueArn)).toEqual([SUCCESSES]);
  const record: unknown = JSON.parse(fixture.sent[0]?.body ?? "");
  expect(record).toMatchObject({
    requestContext: { condition: "Success", approximateInvokeCount: 1 },
    responseContext: { statusCode: 200, executedVersion: "$LATEST" },
    responsePayload: { count: 1, pid: expect.any(Number) },
  });
  expect(record).not.toHaveProperty("responseContext.functionError");
});

test("a failure destination that is a bucket gets the record as an object", async () => {
  const fixture = await start(configFor({ maximumRetryAttempts: 0, onFailure: "arn:aws:s3:::failures" }));
  fixture.lambda.invokeAsync("worker", '{"failures":9}');
  await until(() => fixture.lambda.idle());
  expect(fixture.written).toMatchObject([
    {
      bucket: "failures",
      key: expect.stringMatching(/^aws\/lambda\/async\/worker\/\d{4}\/\d\d\/\d\d\/[\dT.-]+-[\da-f-]{36}$/),
    },
  ]);
});

test("a dead-letter queue gets the event itself, with the error in attributes", async () => {
  const fixture = await start({ deadLetterArn: FAILURES, ...configFor({ maximumRetryAttempts: 0 }) });
  const { requestId } = fixture.lambda.invokeAsync("worker", '{"failures":9}');
  await until(() => fixture.lambda.idle());
  expect(fixture.sent).toEqual([
    {
      queueArn: FAILURES,
      body: '{"failures":9}',
      attributes: { RequestID: requestId, ErrorCode: 200, ErrorMessage: "not yet" },
    },
  ]);
});

// AWS: invocation-async-retain-records; recorded.
test("a success destination that is a topic gets the record as a message", async () => {
  const fixture = await start(configFor({ onFailure: FAILURES, onSuccess: TOPIC }));
  fixture.lambda.invokeAsync("worker", "{}");
  await until(() => fixture.lambda.idle());
  expect(fixture.sent).toEqual([]);
  expect(fixture.published).toEqual([{ topicArn: TOPIC, body: expect.stringContaining('"condition":"Success"') }]);
});

// AWS: invocation-async-retain-records, "Configuring destinations".
test.each([
  ["Success", {}, "Success"],
  ["Failure", { failures: 9 }, "RetriesExhausted"],
])("a destination that is a bus gets the record as an event of type %s", async (result, payload, condition) => {
  const fixture = await start(configFor({ maximumRetryAttempts: 0, onSuccess: BUS, onFailure: BUS }));
  const { requestId } = fixture.lambda.invokeAsync("worker", JSON.stringify(payload));
  await until(() => fixture.lambda.idle());
  const functionArn = "arn:aws:lambda:eu-central-2:000000000000:function:worker:$LATEST";
  expect(fixture.put).toEqual([
    {
      busName: "shop",
      source: "lambda",
      detailType: `Lambda Function Invocation Result - ${result}`,
      resources: [BUS, functionArn],
      detail: expect.any(String),
    },
  ]);
  expect(JSON.parse(fixture.put[0]?.detail ?? "")).toMatchObject({
    version: "1.0",
    requestContext: { requestId, functionArn, condition },
    requestPayload: payload,
  });
});

test("a destination that is a function is invoked with the record, asynchronously", async () => {
  const next = `export const handler = async (record) => console.log("next of", record.requestContext.condition);`;
  const functions = [
    functionNamed("worker", configFor({ onSuccess: functionNamed("next").arn })),
    functionNamed("next"),
  ];
  const fixture = await startLambda({ worker, next }, functions, { timeScale });
  fixtures.push(fixture);
  const finished: unknown[] = [];
  fixture.lambda.onInvocation(({ functionName, source }) => void finished.push([functionName, source]));
  fixture.lambda.invokeAsync("worker", "{}");
  await until(() => fixture.lambda.idle());
  expect(fixture.lambda.logs("next").some(({ line }) => line.includes("next of Success"))).toBe(true);
  expect(finished.at(-1)).toEqual(["next", { kind: "destination", name: functionNamed("worker").arn, records: 1 }]);
});

test("a dead-letter topic gets the event itself, with the error in attributes", async () => {
  const fixture = await start({ deadLetterArn: TOPIC, ...configFor({ maximumRetryAttempts: 0 }) });
  const { requestId } = fixture.lambda.invokeAsync("worker", '{"failures":9}');
  await until(() => fixture.lambda.idle());
  expect(fixture.published).toEqual([
    {
      topicArn: TOPIC,
      body: '{"failures":9}',
      attributes: { RequestID: requestId, ErrorCode: 200, ErrorMessage: "not yet" },
    },
  ]);
});

test("an event whose destination leads to a function while the service stops stays stored", async () => {
  const state = openState(undefined);
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const fixture = await start(configFor({ onSuccess: TOPIC }), {
    state,
    topics: {
      publish() {
        void fixture.lambda.stop().then(resolve);
        throw new LambdaStopped();
      },
    },
  });
  fixture.lambda.invokeAsync("worker", "{}");
  await stopped;
  expect(fixture.lambda.status()).toMatchObject([{ asyncQueued: 1 }]);
  expect(state.prepare("SELECT count(*) AS count FROM async_events").get()).toEqual({ count: 1 });
  state.close();
});

test("an event older than its age is given up instead of run again", async () => {
  const fixture = await start(configFor({ maximumEventAgeSeconds: 90, onFailure: FAILURES }));
  fixture.lambda.invokeAsync("worker", '{"failures":9}');
  await until(() => fixture.lambda.idle());
  expect(JSON.parse(fixture.sent[0]?.body ?? "")).toMatchObject({ requestContext: { condition: "EventAgeExceeded" } });
  expect(runsOf(fixture).length).toBeLessThan(3);
});

test("a throttled event waits and is no retry", async () => {
  const fixture = await start({ reservedConcurrency: 1, ...configFor({ maximumRetryAttempts: 0 }) });
  const busy = fixture.lambda.invoke("worker", '{"ms":300}');
  fixture.lambda.invokeAsync("worker", "{}");
  await busy;
  await until(() => fixture.lambda.idle());
  expect(fixture.lambda.status()).toMatchObject([{ invocations: 2, errors: 0 }]);
  expect(fixture.lambda.status()[0]?.throttles).toBeGreaterThanOrEqual(1);
});

test("throttles wait one second, doubling to five minutes", async () => {
  const state = openState(undefined);
  const store = openAsyncEventStore(state);
  const now = Date.now();
  const throttled = Array.from({ length: 10 }, (_, throttles) => throttles);
  for (const throttles of throttled)
    store.insert({
      requestId: `throttled-${throttles}`,
      functionName: "worker",
      payload: "{}",
      acceptedAt: now,
      dueAt: now,
      invokes: 0,
      throttles,
      lastError: undefined,
    });
  const ready = Promise.withResolvers<void>();
  const fixture = await start(
    { reservedConcurrency: 1, timeoutSeconds: 60 },
    { state, timeScale: 1, ready: ready.promise },
  );
  const busy = fixture.lambda.invoke("worker", '{"ms":30000}');
  const from = Date.now();
  ready.resolve();
  await until(() => fixture.lambda.status()[0]?.throttles === throttled.length);
  const to = Date.now();
  const rows = state.prepare("SELECT throttles, due_at FROM async_events ORDER BY throttles").all();
  const waits = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300];
  expect(rows.map((row) => row["throttles"])).toEqual(waits.map((_, at) => at + 1));
  for (const [at, wait] of waits.entries()) {
    const dueAt = Number(rows[at]?.["due_at"]);
    expect(dueAt).toBeGreaterThanOrEqual(from + wait * 1_000);
    expect(dueAt).toBeLessThanOrEqual(to + wait * 1_000);
  }
  await Promise.all([fixture.lambda.stop(), expect(busy).rejects.toMatchObject({ code: "LambdaStopped" })]);
  state.close();
});

test("an event that is throttled until its age is up ends in the failure destination unrun", async () => {
  const fixture = await start({
    reservedConcurrency: 1,
    ...configFor({ maximumEventAgeSeconds: 60, onFailure: FAILURES }),
  });
  const busy = fixture.lambda.invoke("worker", '{"ms":400}');
  fixture.lambda.invokeAsync("worker", '{"name":"throttled"}');
  await until(() => fixture.sent.length === 1);
  expect(JSON.parse(fixture.sent[0]?.body ?? "")).toMatchObject({
    requestContext: { condition: "EventAgeExceeded", approximateInvokeCount: 0 },
    requestPayload: { name: "throttled" },
  });
  await busy;
});

test("an error of the service is waited out like a throttle, and is no retry", async () => {
  let failures = 0;
  const fixture = await start(configFor({ maximumRetryAttempts: 0, onSuccess: SUCCESSES }), {
    environment: () => {
      if (++failures <= 3) throw new Error("no environment can be had");
      return {};
    },
  });
  fixture.lambda.invokeAsync("worker", "{}");
  await until(() => fixture.lambda.idle());
  expect(failures).toBe(4);
  expect(JSON.parse(fixture.sent[0]?.body ?? "")).toMatchObject({
    requestContext: { condition: "Success", approximateInvokeCount: 1 },
  });
});

test("an event of a function with no concurrency goes to the failure destination unrun", async () => {
  const fixture = await start({ reservedConcurrency: 0, ...configFor({ onFailure: FAILURES }) });
  fixture.lambda.invokeAsync("worker", "{}");
  await until(() => fixture.lambda.idle());
  const record: unknown = JSON.parse(fixture.sent[0]?.body ?? "");
  expect(record).toMatchObject({
    requestContext: { condition: "ZeroReservedConcurrency", approximateInvokeCount: 0 },
  });
  expect(record).not.toHaveProperty("responseContext");
});

test("a destination that refuses a record is named in the log", async () => {
  const fixture = await start(configFor({ onSuccess: functionNamed("gone").arn }));
  fixture.lambda.invokeAsync("worker", "{}");
  await until(() => fixture.lambda.idle());
  expect(fixture.lambda.logs("worker").at(-1)?.line).toContain("could not be delivered");
});

test("events that wait, and one that was running, are run by the next process on the same state", async () => {
  const folder = mkdtempSync(join(tmpdir(), "doorbell-state-"));
  folders.push(folder);
  const first = openState(folder);
  const before = await start({ timeoutSeconds: 60 }, { state: first, timeScale: 1 });
  before.lambda.invokeAsync("worker", '{"name":"retried","failures":1}');
  await until(() => before.lambda.status()[0]?.errors === 1);
  before.lambda.invokeAsync("worker", '{"name":"running","ms":30000}');
  await until(() => runsOf(before).some((line) => line.includes("running")));
  await before.lambda.stop();
  first.close();

  const second = openState(folder);
  second.exec("UPDATE async_events SET payload = replace(payload, '30000', '0')");
  const after = await start({}, { state: second, timeScale: 1 });
  expect(after.lambda.status()).toMatchObject([{ asyncQueued: 2 }]);
  await until(() => runsOf(after).some((line) => line.includes("running")));
  // The other one still waits for its minute.
  await until(() => after.lambda.status()[0]?.asyncQueued === 1);
  await after.lambda.stop();
  second.close();
});

test("stored events wait until the local cloud is ready", async () => {
  const state = openState(undefined);
  const before = await start({ reservedConcurrency: 1 }, { state, timeScale: 1 });
  const busy = before.lambda.invoke("worker", '{"ms":50}');
  before.lambda.invokeAsync("worker", '{"name":"stored"}');
  await busy;
  await before.lambda.stop();
  state.exec("UPDATE async_events SET due_at = 0");

  const ready = Promise.withResolvers<void>();
  const after = await start({}, { state, ready: ready.promise });
  await after.lambda.invoke("worker", "{}");
  expect(runsOf(after).some((line) => line.includes("stored"))).toBe(false);
  ready.resolve();
  await until(() => after.lambda.idle());
  expect(runsOf(after).some((line) => line.includes("stored"))).toBe(true);
  await after.lambda.stop();
  state.close();
});

test("kill -9 of the local cloud loses no accepted event and leaves no process", async () => {
  const folder = mkdtempSync(join(tmpdir(), "doorbell-killed-"));
  folders.push(folder);
  const moduleAt = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  const script = `
    import { functionNamed, startLambda, until } from ${moduleAt("../../../test/lambda-fixture.ts")};
    import { openState } from ${moduleAt("../../state.ts")};
    const folder = ${JSON.stringify(folder)};
    const { lambda } = await startLambda({ worker: ${JSON.stringify(worker)} }, [functionNamed("worker", { timeoutSeconds: 60 })],
      { root: folder, state: openState(folder) });
    const idle = JSON.parse((await lambda.invoke("worker", "{}")).payload).pid;
    lambda.invokeAsync("worker", '{"name":"running","ms":30000}');
    await until(() => lambda.logs("worker").some(({ line }) => line.includes("running")));
    const other = JSON.parse((await lambda.invoke("worker", "{}")).payload).pid;
    console.log(JSON.stringify([idle, other]));
  `;
  const cloud = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pids: unknown = JSON.parse(String((await once(createInterface({ input: cloud.stdout }), "line"))[0]));
  const exited = once(cloud, "exit");
  cloud.kill("SIGKILL");
  await exited;
  expect(pids).toHaveLength(2);
  for (const pid of Array.isArray(pids) ? pids : []) await until(() => !isAlive(Number(pid)));

  const state = openState(folder);
  state.exec("UPDATE async_events SET payload = replace(payload, '30000', '0')");
  const after = await start({}, { state });
  await until(() => after.lambda.idle());
  expect(runsOf(after).some((line) => line.includes("running"))).toBe(true);
  await after.lambda.stop();
  state.close();
});
