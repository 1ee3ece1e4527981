import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { functionNamed, isAlive, startLambda, until, type LambdaFixture } from "../../../test/lambda-fixture.ts";
import { basename } from "node:path";
import { installedRuntimes } from "../../../test/installed-runtimes.ts";
import type { InvocationResult } from "../lambda-service.ts";

const SLOW = `await new Promise((done) => setTimeout(done, 400)); export const handler = async () => "ready";`;
const SOURCES = {
  counter: `
    let count = 0;
    export const handler = async (event) => { count++; console.log("seen", count); return { count, event, pid: process.pid }; };`,
  levels: `
    let count = 0;
    export const handler = async ({ exit, fail, slow }) => {
      if (exit) process.exit(3);
      if (fail) throw new Error("as asked");
      if (slow) await new Promise((done) => setTimeout(done, 5_000));
      console.info("not shown");
      console.warn("seen", ++count);
    };`,
  ticker: `
    let last = performance.now();
    let gap = 0;
    setInterval(() => { const now = performance.now(); gap = Math.max(gap, now - last); last = now; }, 5);
    export const handler = async () => {
      await new Promise((done) => setTimeout(done, 50));
      const largest = gap;
      gap = 0;
      return largest;
    };`,
  variables: `export const handler = async (event, context) => ({
      variables: { ...process.env },
      context: { ...context, getRemainingTimeInMillis: undefined },
      remainingMs: context.getRemainingTimeInMillis(),
    });`,
  sleeper: `export const handler = async ({ ms }) => { await new Promise((done) => setTimeout(done, ms)); return process.pid; };`,
  quitter: `export const handler = async ({ code }) => process.exit(code);`,
  thrower: `
    class OrderRefused extends Error { override name = "OrderRefused"; }
    export const handler = async ({ kind }: { kind: string }) => {
      if (kind === "error") throw new OrderRefused("no such order");
      if (kind === "text") throw "just text";
      if (kind === "bigint") return 1n;
      if (kind === "nothing") return undefined;
      if (kind === "rejection") { void Promise.reject(new Error("nobody listens")); await new Promise((done) => setTimeout(done, 1_000)); }
      if (kind === "busy forever") { setInterval(() => {}, 1_000); await new Promise(() => {}); }
      if (kind === "never") await new Promise(() => {});
      if (kind === "large") return "x".repeat(6_291_560);
      return kind;
    };`,
  program: `export const handler = async () => process.argv[1];`,
  callback: `export const handler = (event, context, callback) => callback(null, "done");`,
  unexported: `export const other = async () => "";`,
  failing: `console.log("initializing"); throw new RangeError("no configuration");`,
  crashing: `process.exit(7);`,
  hog: `
    const held = [];
    export const handler = async () => { for (;;) { held.push(Buffer.alloc(8_388_608, 1)); await new Promise((done) => setTimeout(done, 2)); } };`,
} satisfies Record<string, string>;

describe.each(installedRuntimes())("an execution environment, over $name,", ({ overrides }) => {
  let fixture: LambdaFixture;

  beforeAll(async () => {
    const special = {
      sleeper: { timeoutSeconds: 1 },
      hog: { timeoutSeconds: 20, memoryMb: 128 },
      variables: { environment: { TABLE: "orders", AWS_LAMBDA_FUNCTION_NAME: "forged" } },
    };
    const particulars = new Map(Object.entries(special));
    const functions = Object.keys(SOURCES).map((name) => functionNamed(name, particulars.get(name)));
    const jsonLogs = functionNamed("json", {
      handler: "levels.handler",
      timeoutSeconds: 1,
      logFormat: "JSON",
      logLevel: "WARN",
    });
    fixture = await startLambda(SOURCES, [...functions, jsonLogs], overrides);
  });

  afterAll(() => fixture.stop());

  const invoke = (name: string, event: unknown = {}): Promise<InvocationResult> =>
    fixture.lambda.invoke(name, JSON.stringify(event));
  const payloadOf = (result: InvocationResult): unknown => JSON.parse(result.payload);
  const coldStarts = (name: string): number =>
    fixture.lambda.logs(name).filter((line) => line.line.startsWith("INIT_START")).length;

  test("the first invocation is a cold start, the second uses the same environment", async () => {
    const cold = await invoke("counter", { order: 1 });
    const warm = await invoke("counter", { order: 2 });
    expect(payloadOf(cold)).toMatchObject({ count: 1, event: { order: 1 } });
    expect(payloadOf(warm)).toMatchObject({ count: 2, event: { order: 2 } });
    expect(cold.logTail).toMatch(
      /REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t\n$/,
    );
    expect(warm.logTail).not.toContain("Init Duration");
    expect(warm.billedMs).toBe(Math.ceil(warm.durationMs));
  });

  test("the runtime client is the one that is meant", async () => {
    const program = String(payloadOf(await invoke("program")));
    expect(basename(program)).toBe(overrides.runtime === undefined ? "runtime-loop.mjs" : "index.mjs");
  });

  test("text logs have START, the handler's lines, END and REPORT, in this order", async () => {
    const { logTail, requestId } = await invoke("counter");
    const lines = logTail
      .trimEnd()
      .split("\n")
      .filter((line) => !line.startsWith("INIT_START"));
    expect(lines[0]).toBe(`START RequestId: ${requestId} Version: $LATEST`);
    expect(lines[1]).toMatch(new RegExp(`^\\d{4}-\\S+Z\\t${requestId}\\tINFO\\tseen \\d+$`));
    expect(lines[2]).toBe(`END RequestId: ${requestId}`);
    expect(lines[3]).toMatch(/^REPORT RequestId: .*\tMemory Size: 256 MB\tMax Memory Used: \d+ MB/);
  });

  test("JSON logs have platform.start and platform.report around the handler's lines from its level up", async () => {
    const { logTail, requestId } = await invoke("json");
    const lines: unknown[] = logTail
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { type: "platform.initStart", record: { initializationType: "on-demand", functionName: "json" } },
      { time: expect.stringMatching(/Z$/), type: "platform.start", record: { requestId, version: "$LATEST" } },
      { level: "WARN", requestId, message: "seen 1" },
      {
        type: "platform.report",
        record: { requestId, status: "success", metrics: { memorySizeMB: 256, initDurationMs: expect.any(Number) } },
      },
    ]);
  });

  test("JSON logs have the initialization in the report of a cold start alone, and why an invocation failed", async () => {
    const reportOf = async (event: object): Promise<unknown> => {
      const { logTail } = await invoke("json", event);
      return JSON.parse(logTail.trimEnd().split("\n").at(-1) ?? "");
    };
    await invoke("json");
    const warm = await reportOf({});
    expect(warm).toMatchObject({ type: "platform.report", record: { status: "success" } });
    expect(JSON.stringify(warm)).not.toContain("initDurationMs");
    expect(await reportOf({ exit: true })).toMatchObject({
      record: { status: "error", errorType: "Runtime.ExitError", metrics: { durationMs: expect.any(Number) } },
    });
    expect(await reportOf({ slow: true })).toMatchObject({
      record: {
        status: "timeout",
        metrics: { durationMs: 1_000, billedDurationMs: expect.any(Number), initDurationMs: expect.any(Number) },
      },
    });
  });

  test("timers of an idle environment do not run", async () => {
    await invoke("ticker");
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const idleMs = performance.now() - began;
    // One gap as long as the rest, but for the moments before the environment is frozen, which a busy machine may draw out.
    expect(Number(payloadOf(await invoke("ticker")))).toBeGreaterThan(idleMs / 2);
  });

  test("the handler sees Lambda's variables, its own and the endpoint, and nothing of the developer's", async () => {
    process.env["DEVELOPERS_SECRET"] = "hidden";
    const result = await invoke("variables").finally(() => delete process.env["DEVELOPERS_SECRET"]);
    const seen = payloadOf(result);
    expect(seen).toMatchObject({
      variables: {
        _HANDLER: "bundle.handler",
        AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        LAMBDA_TASK_ROOT: expect.stringContaining(fixture.root),
        AWS_LAMBDA_FUNCTION_NAME: "variables",
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
        AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/variables",
        AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][\da-f]{32}$/),
        AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
        AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
        AWS_REGION: "eu-central-2",
        AWS_LAMBDA_LOG_FORMAT: "Text",
        AWS_ENDPOINT_URL: "http://127.0.0.1:9",
        TZ: ":UTC",
        TABLE: "orders",
        _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[\da-f]{8}-[\da-f]{24};Parent=[\da-f]{16};Sampled=0$/),
      },
      context: {
        awsRequestId: result.requestId,
        functionName: "variables",
        functionVersion: "$LATEST",
        memoryLimitInMB: "256",
        logGroupName: "/aws/lambda/variables",
        invokedFunctionArn: "arn:aws:lambda:eu-central-2:000000000000:function:variables",
      },
      remainingMs: expect.toSatisfy((ms: number) => ms > 2_000 && ms <= 3_000),
    });
    expect(result.payload).not.toContain("DEVELOPERS_SECRET");
  });

  test("a handler over its time limit is killed, and the next invocation is a cold start", async () => {
    const pid = Number(payloadOf(await invoke("sleeper", { ms: 0 })));
    const result = await invoke("sleeper", { ms: 5_000 });
    expect(result.functionError).toBe("Unhandled");
    expect(payloadOf(result)).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${result.requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect(result.logTail).toMatch(/ Task timed out after 1\.00 seconds\nEND [^\n]+\nREPORT .*\tStatus: timeout\t\n$/);
    expect(result.billedMs).toBe(1_000);
    expect(isAlive(pid)).toBe(false);
    const next = await invoke("sleeper", { ms: 0 });
    expect(payloadOf(next)).not.toBe(pid);
    expect(next.logTail).toContain("Init Duration");
  });

  test.each([
    [1, "Runtime exited with error: exit status 1"],
    [0, "Runtime exited without providing a reason"],
  ])("a handler that exits with %d is a Runtime.ExitError", async (code, said) => {
    const result = await invoke("quitter", { code });
    expect(result.functionError).toBe("Unhandled");
    expect(payloadOf(result)).toEqual({
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${result.requestId} Error: ${said}`,
    });
    expect(result.logTail).toContain("\tStatus: error\tError Type: Runtime.ExitError\t");
    expect((await invoke("quitter", { code })).logTail).toContain("\tInit Duration: ");
  });

  test("a thrown error reaches the caller with type, message and a trace of TypeScript lines", async () => {
    const result = await invoke("thrower", { kind: "error" });
    expect(result.functionError).toBe("Unhandled");
    expect(payloadOf(result)).toEqual({
      errorType: "OrderRefused",
      errorMessage: "no such order",
      trace: expect.toSatisfy(
        (trace: string[]) => trace[0] === "OrderRefused: no such order" && trace[1]?.includes("thrower.ts:4:") === true,
      ),
    });
    expect(result.logTail).toContain('\tERROR\tInvoke Error \t{"errorType":"OrderRefused"');
  });

  test("an environment takes further invocations after its handler threw", async () => {
    await invoke("thrower", { kind: "error" });
    const before = coldStarts("thrower");
    expect(payloadOf(await invoke("thrower", { kind: "fine" }))).toBe("fine");
    expect(coldStarts("thrower")).toBe(before);
  });

  test("what is thrown and is no Error is told by its type", async () => {
    const result = await invoke("thrower", { kind: "text" });
    expect(payloadOf(result)).toEqual({ errorType: "string", errorMessage: "just text", trace: [] });
  });

  test("a result that is not JSON is an error, no result is null", async () => {
    expect(payloadOf(await invoke("thrower", { kind: "bigint" }))).toMatchObject({
      errorType: "Runtime.JSONStringifyError",
      errorMessage: "Unable to stringify response body",
    });
    const nothing = await invoke("thrower", { kind: "nothing" });
    expect(nothing).toMatchObject({ payload: "null" });
    expect(nothing.functionError).toBeUndefined();
  });

  test("a result over 6 MB is an error, and the environment lives on", async () => {
    const before = coldStarts("thrower");
    const result = await invoke("thrower", { kind: "large" });
    expect(payloadOf(result)).toEqual({
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    });
    await invoke("thrower", { kind: "fine" });
    expect(coldStarts("thrower") - before).toBeLessThanOrEqual(1);
  });

  test("an unhandled rejection ends the environment", async () => {
    const result = await invoke("thrower", { kind: "rejection" });
    expect(payloadOf(result)).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("exit status 1"),
    });
    expect(result.logTail).toContain("nobody listens");
  });

  test("a handler that waits for what can never happen ends the environment", async () => {
    const result = await invoke("thrower", { kind: "never" });
    expect(payloadOf(result)).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("Runtime exited without providing a reason"),
    });
  });

  test("a handler that never settles and keeps busy is a time-out", async () => {
    const own = await startLambda(
      { thrower: SOURCES.thrower },
      [functionNamed("thrower", { timeoutSeconds: 0.3 })],
      overrides,
    );
    try {
      const { payload } = await own.lambda.invoke("thrower", '{"kind":"busy forever"}');
      expect(JSON.parse(payload)).toMatchObject({ errorType: "Sandbox.Timedout" });
    } finally {
      await own.stop();
    }
  });

  test("a handler that takes a callback is refused", async () => {
    expect(payloadOf(await invoke("callback"))).toMatchObject({ errorType: "Runtime.CallbackHandlerDeprecated" });
  });

  test("a handler that is not exported is an error of initialization", async () => {
    expect(payloadOf(await invoke("unexported"))).toMatchObject({
      errorType: "Runtime.HandlerNotFound",
      errorMessage: "bundle.handler is undefined or not exported",
    });
  });

  test("an initialization that fails is done once more within the invocation, and its error is the answer", async () => {
    const result = await invoke("failing");
    expect(result.functionError).toBe("Unhandled");
    expect(payloadOf(result)).toMatchObject({ errorType: "RangeError", errorMessage: "no configuration" });
    const lines = fixture.lambda.logs("failing").map((entry) => entry.line);
    expect(lines.filter((line) => line.endsWith("initializing"))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith("INIT_REPORT")).map((line) => line.split("\t")[1])).toEqual([
      "Phase: init",
      "Phase: invoke",
    ]);
  });

  test.each([
    ["failing", "Runtime.Unknown"],
    ["unexported", "Runtime.HandlerNotFound"],
    ["crashing", "Runtime.ExitError"],
  ])("the reports of %s, whose initialization fails, say so: %s", async (name, errorType) => {
    await invoke(name);
    const reports = fixture.lambda.logs(name).filter(({ line }) => /^(?:INIT_)?REPORT /.test(line));
    const ended = `\tStatus: error\tError Type: ${errorType}`;
    expect(reports.slice(-3).map(({ line }) => line)).toEqual([
      expect.stringMatching(new RegExp(`^INIT_REPORT .*\tPhase: init${ended}$`)),
      expect.stringMatching(new RegExp(`^INIT_REPORT .*\tPhase: invoke${ended}$`)),
      expect.stringMatching(new RegExp(`^REPORT .*${ended}\t$`)),
    ]);
  });

  test("the report of an invocation that a handler ended with an error is one of success", async () => {
    expect((await invoke("thrower", { kind: "error" })).logTail).toMatch(/^REPORT (?!.*Status).*$/m);
    const { logTail } = await invoke("json", { fail: true });
    expect(JSON.parse(logTail.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ record: { status: "success" } });
  });

  test("an exit during initialization is a Runtime.ExitError", async () => {
    expect(payloadOf(await invoke("crashing"))).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("exit status 7"),
    });
  });

  test("an initialization over its limit starts anew under the function's time limit", async () => {
    const own = await startLambda({ slow: SLOW }, [functionNamed("slow", { timeoutSeconds: 10 })], {
      ...overrides,
      initTimeoutMs: 300,
    });
    try {
      expect(payloadOf(await own.lambda.invoke("slow", "{}"))).toBe("ready");
      expect(own.lambda.logs("slow").map((entry) => entry.line)).toContainEqual(
        expect.stringMatching(/^INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: timeout$/),
      );
    } finally {
      await own.stop();
    }
  });

  test("an initialization over the function's time limit is a time-out of the invocation", async () => {
    const own = await startLambda({ slow: SLOW }, [functionNamed("slow", { timeoutSeconds: 0.3 })], {
      ...overrides,
      initTimeoutMs: 300,
    });
    try {
      expect(payloadOf(await own.lambda.invoke("slow", "{}"))).toMatchObject({
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringContaining("Task timed out after 0.30 seconds"),
      });
    } finally {
      await own.stop();
    }
  });

  test.runIf(process.platform === "linux")(
    "a handler over its memory is killed and reported as out of memory",
    async () => {
      const result = await invoke("hog");
      expect(payloadOf(result)).toEqual({
        errorType: "Runtime.OutOfMemory",
        errorMessage: `RequestId: ${result.requestId} Error: Runtime exited with error: signal: killed`,
      });
      expect(result.logTail).toContain("Error Type: Runtime.OutOfMemory");
    },
  );

  test("stopping kills every environment and answers what runs with LambdaStopped", async () => {
    const own = await startLambda(
      { sleeper: SOURCES.sleeper },
      [functionNamed("sleeper", { timeoutSeconds: 60 })],
      overrides,
    );
    const pid = Number((await own.lambda.invoke("sleeper", '{"ms":0}')).payload);
    const running = own.lambda.invoke("sleeper", '{"ms":60000}');
    await until(() => own.lambda.logs("sleeper").filter((entry) => entry.line.startsWith("START")).length === 2);
    await Promise.all([own.stop(), expect(running).rejects.toMatchObject({ code: "LambdaStopped" })]);
    expect(isAlive(pid)).toBe(false);
    expect(own.lambda.status().map((status) => status.environments)).toEqual([0]);
  });
});
