import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import type { LambdaContext } from "./log.ts";
import { createLogger } from "./logger.ts";
import { MAX_HELD_LINES } from "./held-lines.ts";

const context: LambdaContext = {
  awsRequestId: "request-1",
  functionName: "doorbell-local-report-maker",
  getRemainingTimeInMillis: () => 30_000,
};

function recorded(environment: Record<string, string> = {}) {
  const lines: string[] = [];
  const logger = createLogger({
    service: "report-maker",
    environment,
    redact: ["owner.name", "ownerName", "sendTo"],
    write: (line) => lines.push(line),
  });
  return { logger, lines, parsed: () => lines.map((line): unknown => JSON.parse(line)) };
}

test("a line is JSON with Lambda's level and timestamp, the service, the fields and the message", () => {
  const { logger, lines, parsed } = recorded();
  logger.info({ reports: 3 }, "applied");
  expect(parsed()).toEqual([
    {
      level: "INFO",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
      service: "report-maker",
      reports: 3,
      message: "applied",
    },
  ]);
  expect(lines[0]).not.toContain("\n");
});

test("a line of an invocation carries its request, and only the first invocation is a cold start", () => {
  const { logger, parsed } = recorded();
  logger.invocation(context, {}).info({}, "one");
  logger.invocation({ ...context, awsRequestId: "request-2" }, {}).info({}, "two");
  const [, one, two] = parsed();
  const common = { service: "report-maker", function: "doorbell-local-report-maker" };
  expect(one).toMatchObject({ ...common, requestId: "request-1", coldStart: true, message: "one" });
  expect(two).toMatchObject({ ...common, requestId: "request-2", coldStart: false, message: "two" });
});

test("the shape of the first event is logged once, without a value", () => {
  const { logger, lines, parsed } = recorded();
  logger.invocation(context, { Records: [{ body: "Ada Example" }] });
  logger.invocation(context, { Records: [{ body: "Ada Example" }] });
  expect(parsed()).toMatchObject([{ eventShape: "{ Records: { body: string }[1] }" }]);
  expect(lines.join()).not.toContain("Ada");
});

test("a child's lines carry its fields too, a later one in the place of an earlier one", () => {
  const { logger, lines, parsed } = recorded();
  const child = logger.child({ correlationId: "c", messageId: "m1" }).child({ messageId: "m2" });
  child.warn({ reportId: "o" }, "retried");
  logger.info({}, "alone");
  expect(parsed()[0]).toMatchObject({ correlationId: "c", messageId: "m2", reportId: "o" });
  expect(lines[0]?.match(/messageId/g)).toHaveLength(1);
  expect(parsed()[1]).not.toHaveProperty("correlationId");
});

test.each([
  ["DEBUG", ["debug", "info", "warn", "error"]],
  ["TRACE", ["debug", "info", "warn", "error"]],
  ["INFO", ["info", "warn", "error"]],
  ["warn", ["warn", "error"]],
  ["ERROR", ["error"]],
  ["FATAL", []],
  ["LOUD", ["info", "warn", "error"]],
  [undefined, ["info", "warn", "error"]],
])("with AWS_LAMBDA_LOG_LEVEL %s the lines of %j are written", (level, written) => {
  const { logger, parsed } = recorded(level === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: level });
  for (const at of ["debug", "info", "warn", "error"] as const) logger[at]({}, at);
  expect(parsed()).toMatchObject(written.map((at) => ({ level: at.toUpperCase(), message: at })));
  expect(parsed()).toHaveLength(written.length);
});

test("with AWS_LAMBDA_LOG_FORMAT Text a line begins with level and message, and is still one line", () => {
  const { logger, lines } = recorded({ AWS_LAMBDA_LOG_FORMAT: "Text" });
  logger.warn({ reportId: "a\nb" }, "conflict\n\u001b[31mfaked line");
  expect(lines).toEqual(['WARN conflict [31mfaked line {"service":"report-maker","reportId":"a\\nb"}']);
});

test("an error is logged with its code and cause, in the field err or alone", () => {
  const { logger, parsed } = recorded();
  const failure = Object.assign(new Error("no answer", { cause: new Error("socket closed") }), { code: "TIMEOUT" });
  logger.error({ err: failure }, "failed");
  logger.error(failure, "failed");
  const err = { name: "Error", code: "TIMEOUT", message: "no answer", cause: { message: "socket closed" } };
  expect(parsed()).toMatchObject([{ err }, { err }]);
});

test("personal data and secrets never reach a line", () => {
  const { logger, lines } = recorded({ AWS_LAMBDA_LOG_LEVEL: "DEBUG" });
  const log = logger.invocation(context, { body: "SECRET" }).child({ ownerName: "SECRET" });
  const report = { reportId: "o", owner: { id: "c", name: "SECRET" }, sendTo: { city: "SECRET" } };
  log.debug({ report, issues: [{ path: "a", received: "SECRET" }] }, "report");
  log.info({ deep: [{ list: [{ rawLine: "SECRET", secret_access_key: "SECRET" }] }] }, "deep");
  log.error({ err: new Error("failed", { cause: new Error("x") }), headers: { Authorization: "SECRET" } }, "failed");
  expect(lines).toHaveLength(4);
  expect(lines.join("\n")).not.toContain("SECRET");
  expect(lines[1]).toContain('"owner":{"id":"c","name":"[redacted]"}');
});

test("a field named like a part of every line gets another name", () => {
  const { logger, parsed } = recorded();
  logger.info({ level: 3, message: "m", timestamp: 1 }, "real");
  expect(parsed()).toMatchObject([{ level: "INFO", message: "real", level_: 3, message_: "m", timestamp_: 1 }]);
});

test("a field that throws when it is read costs its line the fields, not the handler its life", () => {
  const { logger, parsed } = recorded();
  const fields = {
    nested: Object.defineProperty({}, "bad", {
      enumerable: true,
      get(): never {
        throw new Error("no");
      },
    }),
  };
  logger.info(fields, "went on");
  expect(parsed()).toMatchObject([{ level: "INFO", message: "went on", unloggable: true }]);
});

test("percent signs are text", () => {
  const { logger, parsed } = recorded();
  logger.info({}, "100% of %s and %d done");
  expect(parsed()).toMatchObject([{ message: "100% of %s and %d done" }]);
});

test("debug lines are held back and come with the first failure, at its level and in order", () => {
  const { logger, parsed } = recorded();
  const log = logger.invocation(context, {});
  log.debug({ step: 1 }, "read");
  log.child({ messageId: "m1" }).debug({ ownerName: "Ada" }, "decided");
  log.info({}, "in between");
  log.child({ messageId: "m2" }).warn({ err: new Error("x") }, "failed");
  log.warn({ err: new Error("y") }, "failed again");
  const [, between, held, ...failures] = parsed();
  expect(between).toMatchObject({ message: "in between" });
  expect(held).toMatchObject({
    level: "WARN",
    requestId: "request-1",
    held: [
      { level: "DEBUG", timestamp: expect.stringMatching(/Z$/), message: "read", step: 1 },
      { level: "DEBUG", message: "decided", messageId: "m1", ownerName: "[redacted]" },
    ],
  });
  expect(failures).toMatchObject([{ message: "failed" }, { message: "failed again" }]);
});

test("of many held lines the latest are kept, and none outlives its invocation", () => {
  const { logger, parsed } = recorded();
  const log = logger.invocation(context, {});
  for (let step = 1; step <= MAX_HELD_LINES + 5; step += 1) log.debug({ step }, "step");
  logger.invocation(context, {}).error({ err: new Error("x") }, "of the next invocation");
  expect(parsed()).toHaveLength(2);
  log.error({ err: new Error("x") }, "failed");
  const held = Array.from({ length: MAX_HELD_LINES }, (_, index) => ({ step: index + 6 }));
  expect(parsed()[2]).toMatchObject({ held });
  expect(parsed()).toHaveLength(4);
});

test("lines reach stdout before the process is killed", async () => {
  const program = `
    import { createLogger } from ${JSON.stringify(new URL("logger.ts", import.meta.url).href)};
    const log = createLogger({ service: "s", environment: {} });
    for (let line = 0; line < 2000; line += 1) log.info({ line, padding: "x".repeat(100) }, "written");
    process.kill(process.pid, "SIGKILL");`;
  const stdout = await new Promise<string>((resolve) => {
    execFile(process.execPath, ["--input-type=module", "-e", program], { maxBuffer: 2 ** 24 }, (_, out) =>
      resolve(out),
    );
  });
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(2000);
  expect(JSON.parse(lines[1999] ?? "")).toMatchObject({ line: 1999, message: "written" });
});
