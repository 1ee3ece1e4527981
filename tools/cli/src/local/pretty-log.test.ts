import { describe, expect, it } from "vitest";
import { createLogOutput } from "./log-output.ts";
import { createPrettyLog } from "./pretty-log.ts";

const functions = ["doorbell-local-order-queue", "doorbell-local-change-audit"];
const ESCAPE = String.fromCodePoint(27);
const lineOf = (line: string | object, name = functions[0] ?? "") => ({
  function: name,
  time: "2026-03-02T10:11:12.345Z",
  stream: "2026/03/02/[$LATEST]1",
  line: typeof line === "string" ? line : JSON.stringify(line),
});

describe("a log line on a terminal", () => {
  const pretty = createPrettyLog({ color: false, nameOf: (name) => name.replace("doorbell-local-", "") });

  it("shows time, service, level, message and the other fields", () => {
    const line = {
      level: "WARN",
      timestamp: "…",
      service: "order-queue",
      message: "retried",
      orderId: "A-1",
      batch: 3,
    };
    expect(pretty(lineOf(line))).toBe("10:11:12.345 order-queue WARN  retried  orderId=A-1  batch=3");
  });

  it("shows an error's type that comes without its stack among the other fields", () => {
    expect(pretty(lineOf({ level: "WARN", message: "rejected", errorType: "NoSuchKey" }))).toMatch(
      /WARN  rejected  errorType=NoSuchKey$/,
    );
  });

  it("shows an error's stack on lines of its own", () => {
    const err = { name: "Error", message: "no", stack: "Error: no\n    at place.ts:1:2" };
    expect(pretty(lineOf({ level: "ERROR", message: "failed", err }))?.split("\n")).toEqual([
      "10:11:12.345 order-queue ERROR failed",
      "    Error: no",
      "        at place.ts:1:2",
    ]);
  });

  it.each([
    ["thrown by the handler", (error: object) => ({ level: "ERROR", requestId: "1", message: error })],
    ["given to the console", (error: object) => ({ level: "ERROR", requestId: "1", message: "cannot", ...error })],
  ])("shows an error that was %s in Lambda's JSON as its message and its stack", (_, lineWith) => {
    const stackTrace = ["OrderRefused: no such order", "    at order.ts:1:2", "    at handler.ts:3:4"];
    const line = lineWith({ errorType: "OrderRefused", errorMessage: "no such order", stackTrace });
    const [head, ...stack] = pretty(lineOf(line))?.split("\n") ?? [];
    expect(head).toMatch(/^10:11:12\.345 order-queue ERROR .*OrderRefused: no such order {2}requestId=1$/);
    expect(stack).toEqual(["    at order.ts:1:2", "    at handler.ts:3:4"]);
  });

  it("is one report an invocation", () => {
    const metrics = {
      durationMs: 12.345,
      billedDurationMs: 13,
      memorySizeMB: 128,
      maxMemoryUsedMB: 80,
      initDurationMs: 150.2,
    };
    const record = { requestId: "1", metrics, status: "success" };
    expect(pretty(lineOf({ type: "platform.start", record: { requestId: "1" } }))).toBeUndefined();
    expect(pretty(lineOf({ type: "platform.report", record }))).toBe(
      "10:11:12.345 order-queue REPORT 12.3 ms, cold start 150 ms, 80 MB",
    );
    expect(pretty(lineOf("START RequestId: 1 Version: $LATEST"))).toBeUndefined();
    expect(pretty(lineOf("REPORT RequestId: 1\tDuration: 2.00 ms"))).toContain(
      "REPORT RequestId: 1  Duration: 2.00 ms",
    );
  });

  it("tells of a failed invocation why it failed", () => {
    const record = { requestId: "1", metrics: { durationMs: 3_000 }, status: "error", errorType: "Runtime.ExitError" };
    expect(pretty(lineOf({ type: "platform.report", record }))).toMatch(
      /REPORT 3000\.0 ms, error: Runtime\.ExitError$/,
    );
  });

  it.each(["plain text", "{no JSON", "[1]"])("shows %j as it is", (text) => {
    expect(pretty(lineOf(text))).toBe(`10:11:12.345 order-queue ${text}`);
  });

  it("brings no control characters to the terminal", () => {
    const said = pretty(lineOf(`${ESCAPE}[2Jgone${ESCAPE}]0;title\u0007\u0008`)) ?? "";
    expect(said).not.toMatch(/[^\P{Cc}\n]/u);
    expect(said).toContain("gone");
  });

  it("gives every service a colour of its own", () => {
    const colored = createPrettyLog({ color: true, nameOf: (name) => name });
    const colors = functions.map(
      (name) => new RegExp(`${ESCAPE}\\[(\\d+)m${name}`).exec(colored(lineOf("x", name)) ?? "")?.[1],
    );
    expect(new Set(colors).size).toBe(2);
    expect(colors).not.toContain(undefined);
  });
});

describe("log output", () => {
  function collect(isTTY: boolean, options: { json?: boolean; correlation?: string } = {}) {
    const written: string[] = [];
    const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    const output = createLogOutput({ functions, ...options }, { isTTY, write }, { NO_COLOR: "1" });
    return { output, written };
  }

  it("is readable on a terminal, with short names", () => {
    const { output, written } = collect(true);
    output(lineOf("hello"));
    expect(written).toEqual(["10:11:12.345 order-queue hello\n"]);
  });

  it.each([
    [false, {}],
    [true, { json: true }],
  ])("is JSON when piped or asked for (terminal: %j, %j)", (isTTY, options) => {
    const { output, written } = collect(isTTY, options);
    output(lineOf("hello"));
    expect(written.map((text): unknown => JSON.parse(text))).toEqual([lineOf("hello")]);
  });

  it("shows one story by its correlation id, in either log format", () => {
    const { output, written } = collect(true, { correlation: 'upload"7' });
    output(lineOf({ level: "INFO", message: "one", correlationId: 'upload"7' }));
    output(lineOf(`INFO two ${JSON.stringify({ correlationId: 'upload"7' })}`));
    output(lineOf({ level: "INFO", message: "three", correlationId: "upload-70" }));
    output(lineOf("START RequestId: 1"));
    expect(written.map((text) => /one|two|three/.exec(text)?.[0])).toEqual(["one", "two"]);
  });
});
