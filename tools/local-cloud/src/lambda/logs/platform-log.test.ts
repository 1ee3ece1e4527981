import { describe, expect, it } from "vitest";
import type { FunctionDefinition } from "../../graph/graph.ts";
import { createLogBook } from "./log-book.ts";
import { openLogStream } from "./log-stream.ts";
import { createPlatformLog, type InvocationReport } from "./platform-log.ts";

const report = { requestId: "r-1", durationMs: 1, billedMs: 1, memoryMb: 128, maxMemoryUsedMb: 64 } as const;
const ENDINGS: readonly InvocationReport[] = [
  { ...report, status: "success" },
  { ...report, status: "error", errorType: "Runtime.ExitError" },
  { ...report, status: "timeout" },
];

/** What is written of a failed initialization and of one invocation of each ending. */
function written(definition: Pick<FunctionDefinition, "logFormat" | "systemLogLevel">): string[] {
  const book = createLogBook();
  const log = createPlatformLog(openLogStream(book, "orders"), { name: "orders", ...definition });
  log.initStart();
  log.initReport(1, "init", "error", "Runtime.ExitError");
  for (const ending of ENDINGS) {
    log.start(ending.requestId);
    log.end(ending);
  }
  return book.lines("orders").map(({ line }) => {
    if (definition.logFormat === "Text") return line.split(" ", 1).join("");
    const { type, record }: { type: string; record: { status?: string } } = JSON.parse(line);
    return record.status === undefined ? type : `${type} ${record.status}`;
  });
}

const EVERYTHING = [
  "platform.initStart",
  "platform.initReport error",
  "platform.start",
  "platform.report success",
  "platform.start",
  "platform.report error",
  "platform.start",
  "platform.report timeout",
];

describe("Lambda's own lines of a function with JSON logs", () => {
  it.each([undefined, "INFO", "DEBUG"] as const)("are all written at the system log level %s", (systemLogLevel) => {
    expect(written({ logFormat: "JSON", ...(systemLogLevel !== undefined && { systemLogLevel }) })).toEqual(EVERYTHING);
  });

  it("are those of failures alone at the system log level WARN", () => {
    expect(written({ logFormat: "JSON", systemLogLevel: "WARN" })).toEqual([
      "platform.initReport error",
      "platform.report error",
      "platform.report timeout",
    ]);
  });
});

it("Lambda's own lines of a function with text logs know no level", () => {
  expect(written({ logFormat: "Text", systemLogLevel: "WARN" })).toEqual(written({ logFormat: "Text" }));
});
