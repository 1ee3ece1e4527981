import { describe, expect, it } from "vitest";
import { readLogLine } from "./read-log-line.ts";

const at = (ms: number) => new Date(1_767_225_600_000 + ms).toISOString();

describe("lines of a log", () => {
  it.each(["", "START RequestId: 1", "{", "[]", '{"message":"hello"}'])("%j tells nothing", (text) => {
    expect(readLogLine("order-queue", text)).toBeUndefined();
  });

  it("a platform report tells of an invocation that failed, and of no other", () => {
    const report = (status: string) =>
      JSON.stringify({ time: at(1), type: "platform.report", record: { requestId: "r-1", status, metrics: {} } });
    expect(readLogLine("order-queue", report("success"))).toBeUndefined();
    expect(readLogLine("order-queue", report("timeout"))).toEqual({
      kind: "failed",
      invocation: { at: at(1), service: "order-queue", requestId: "r-1", status: "timeout" },
    });
  });

  it.each([
    [
      "JSON of Lambda's console",
      JSON.stringify({ timestamp: at(1), requestId: "r-1", level: "INFO", message: "hello" }),
    ],
    ["text of Lambda's console", `${at(1)}\tr-1\tINFO\thello`],
    ["JSON of pino", JSON.stringify({ timestamp: at(1), requestId: "r-1", msg: "hello" })],
  ])("%s is an entry of its function", (_, line) => {
    expect(readLogLine("api", line, at(9))).toMatchObject({
      kind: "entry",
      entry: { service: "api", timestamp: at(1), requestId: "r-1", message: "hello" },
    });
  });

  it("a line that says no time has that at which it was written", () => {
    expect(readLogLine("api", "hello", at(9))).toEqual({
      kind: "entry",
      entry: { service: "api", timestamp: at(9), message: "hello" },
    });
    expect(readLogLine("api", "hello")).toBeUndefined();
  });

  it.each([
    "START RequestId: r-1 Version: $LATEST",
    "END RequestId: r-1",
    "INIT_START Runtime",
    "REPORT RequestId: r-1\tDuration: 1 ms",
    " ",
  ])("%j of the platform is no entry", (line) => {
    expect(readLogLine("api", line, at(9))).toBeUndefined();
  });

  it("a report in text tells of an invocation that failed", () => {
    const report =
      "REPORT RequestId: r-1\tDuration: 3000 ms\tBilled Duration: 3000 ms\tStatus: error\tError Type: Runtime.ExitError";
    expect(readLogLine("api", report, at(9))).toEqual({
      kind: "failed",
      invocation: { at: at(9), service: "api", requestId: "r-1", status: "error", errorType: "Runtime.ExitError" },
    });
  });

  it.each([
    [
      "JSON",
      JSON.stringify({
        timestamp: at(1),
        level: "ERROR",
        requestId: "r-1",
        message: { errorType: "TypeError", errorMessage: "x", stackTrace: ["TypeError: x"] },
      }),
    ],
    [
      "text",
      `${at(1)}\tr-1\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"x","stack":["TypeError: x"]}`,
    ],
  ])("an error that a handler threw tells of an invocation that failed, in %s", (_, line) => {
    expect(readLogLine("api", line, at(9))).toEqual({
      kind: "failed",
      invocation: { at: at(1), service: "api", requestId: "r-1", status: "error", errorType: "TypeError" },
    });
  });
});
