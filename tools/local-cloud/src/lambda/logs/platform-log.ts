import type { FunctionDefinition } from "../../graph/graph.ts";
import type { LogStream } from "./log-stream.ts";

/** What the platform reports of an invocation. */
export interface InvocationReport {
  readonly requestId: string;
  readonly durationMs: number;
  readonly billedMs: number;
  readonly memoryMb: number;
  readonly maxMemoryUsedMb: number;
  /** Of a cold start. */
  readonly initMs?: number | undefined;
  readonly status: "success" | "error" | "timeout";
  /** `Runtime.ExitError` and the like; absent on success and time-out. */
  readonly errorType?: string | undefined;
}

/** Writes the platform's own lines, in the function's log format. */
export interface PlatformLog {
  initStart(): void;
  /** Only where initialization failed, as on AWS. */
  initReport(initMs: number, phase: "init" | "invoke", status: "error" | "timeout", errorType?: string): void;
  start(requestId: string): void;
  timedOut(requestId: string, timeoutSeconds: number): void;
  end(report: InvocationReport): void;
}

const RUNTIME = "nodejs:24.local";

function textLog(stream: LogStream): PlatformLog {
  const fixed = (ms: number): string => ms.toFixed(2);
  return {
    initStart: () => stream.write(`INIT_START Runtime Version: ${RUNTIME}`),
    initReport: (initMs, phase, status, errorType) =>
      stream.write(
        `INIT_REPORT Init Duration: ${fixed(initMs)} ms\tPhase: ${phase}\tStatus: ${status}` +
          (errorType === undefined ? "" : `\tError Type: ${errorType}`),
      ),
    start: (requestId) => stream.write(`START RequestId: ${requestId} Version: $LATEST`),
    timedOut: (requestId, seconds) =>
      stream.write(`${new Date().toISOString()} ${requestId} Task timed out after ${seconds.toFixed(2)} seconds`),
    end(report) {
      stream.write(`END RequestId: ${report.requestId}`);
      const fields = [
        `REPORT RequestId: ${report.requestId}`,
        `Duration: ${fixed(report.durationMs)} ms`,
        `Billed Duration: ${report.billedMs} ms`,
        `Memory Size: ${report.memoryMb} MB`,
        `Max Memory Used: ${report.maxMemoryUsedMb} MB`,
        ...(report.initMs === undefined ? [] : [`Init Duration: ${fixed(report.initMs)} ms`]),
        ...(report.status === "success" ? [] : [`Status: ${report.status}`]),
        ...(report.errorType === undefined ? [] : [`Error Type: ${report.errorType}`]),
      ];
      stream.write(`${fields.join("\t")}\t`);
    },
  };
}

function jsonLog(stream: LogStream, functionName: string): PlatformLog {
  const rounded = (ms: number): number => Number(ms.toFixed(3));
  const write = (type: string, record: object): void =>
    stream.write(JSON.stringify({ time: new Date().toISOString(), type, record }));
  const initializationType = "on-demand";
  return {
    initStart: () =>
      write("platform.initStart", {
        initializationType,
        phase: "init",
        runtimeVersion: RUNTIME,
        functionName,
        functionVersion: "$LATEST",
      }),
    initReport: (initMs, phase, status, errorType) =>
      write("platform.initReport", {
        initializationType,
        phase,
        status,
        ...(errorType === undefined ? {} : { errorType }),
        metrics: { durationMs: rounded(initMs) },
      }),
    start: (requestId) => write("platform.start", { requestId, version: "$LATEST" }),
    timedOut: () => {},
    end: (report) =>
      write("platform.report", {
        requestId: report.requestId,
        metrics: {
          durationMs: rounded(report.durationMs),
          billedDurationMs: report.billedMs,
          memorySizeMB: report.memoryMb,
          maxMemoryUsedMB: report.maxMemoryUsedMb,
          ...(report.initMs === undefined ? {} : { initDurationMs: rounded(report.initMs) }),
        },
        status: report.status,
        ...(report.errorType === undefined ? {} : { errorType: report.errorType }),
      }),
  };
}

/**
 * Of a successful start and end of an invocation the level is INFO, of a failure WARN; the lines that AWS has at DEBUG are not written
 * here (AWS page: "Log-level filtering", its table of system log events).
 */
function warningsOf(log: PlatformLog): PlatformLog {
  return {
    ...log,
    initStart: () => {},
    start: () => {},
    end(report) {
      if (report.status !== "success") log.end(report);
    },
  };
}

/**
 * The platform's lines for one log stream, from the function's system log level up where its format is JSON (AWS page: "Lambda Telemetry
 * API Event schema reference").
 */
export function createPlatformLog(
  stream: LogStream,
  { name, logFormat, systemLogLevel }: Pick<FunctionDefinition, "name" | "logFormat" | "systemLogLevel">,
): PlatformLog {
  if (logFormat === "Text") return textLog(stream);
  const log = jsonLog(stream, name);
  return systemLogLevel === "WARN" ? warningsOf(log) : log;
}
