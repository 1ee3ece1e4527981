import { randomBytes, randomUUID } from "node:crypto";
import type { FunctionDefinition } from "../graph/graph.ts";
import type { KeptFigures } from "../kept-figures.ts";
import type { EnvironmentPool } from "./environment/environment-pool.ts";
import type { ExecutionEnvironment, Failure, RunEnding } from "./environment/execution-environment.ts";
import { CLIENT, type InvocationListeners, type InvocationSource } from "./finished-invocation.ts";
import { errorBody, initErrorType } from "./function-error.ts";
import { LambdaStopped, TooManyRequests, type AnswerSink, type InvocationResult } from "./invocation.ts";
import { createPlatformLog, type InvocationReport } from "./logs/platform-log.ts";

/** Concurrency, counted over the functions that share it. */
export interface Concurrency {
  running: number;
  readonly limit: number;
}

/** A day: long enough for every debugger, and short enough for a timer. */
const NO_LIMIT_MS = 24 * 60 * 60 * 1_000;

/** Particulars of one invocation. */
export interface InvocationOptions {
  /** A retry keeps the id of its event. */
  readonly requestId?: string | undefined;
  /** JSON text. */
  readonly clientContext?: string | undefined;
  /** Takes the answer of a handler that streams it. */
  readonly sink?: AnswerSink | undefined;
  /** What asks for it; a client, where absent. */
  readonly source?: InvocationSource | undefined;
  /** 1, the default, for the first delivery. */
  readonly attempt?: number | undefined;
}

/** Runs one function: admission, cold starts, time limit, error bodies, platform log lines, figures. */
export interface FunctionRunner {
  readonly definition: FunctionDefinition;
  /** @throws TooManyRequests, LambdaStopped */
  invoke(payload: string, options?: InvocationOptions): Promise<InvocationResult>;
  /** Initializes an environment before the first invocation asks for one. @throws LambdaStopped */
  warmUp(): Promise<void>;
  readonly counts: { readonly invocations: number; readonly errors: number; readonly throttles: number };
  /** Invocations admitted and not yet answered. */
  readonly running: number;
}

export interface RunnerOptions {
  readonly definition: FunctionDefinition;
  readonly pool: EnvironmentPool;
  readonly initTimeoutMs: number;
  /** Of the account, shared by the functions that reserve none. */
  readonly unreserved: Concurrency;
  /** A debugger may hold the handler as long as it likes. */
  readonly inspected: boolean;
  readonly stopping: () => boolean;
  readonly figures: KeptFigures;
  readonly listeners: InvocationListeners;
}

function traceId(): string {
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString("hex")};Parent=${randomBytes(8).toString("hex")};Sampled=0`;
}

/** Creates the runner of a function on its pool. */
export function createFunctionRunner(options: RunnerOptions): FunctionRunner {
  const { definition, pool } = options;
  const limitMs = options.inspected ? NO_LIMIT_MS : definition.timeoutSeconds * 1_000;
  const initLimitMs = options.inspected ? NO_LIMIT_MS : options.initTimeoutMs;
  const counts = options.figures.keep(`function ${definition.name}`, { invocations: 0, errors: 0, throttles: 0 });
  const reserved = definition.reservedConcurrency;
  const concurrency: Concurrency = reserved === undefined ? options.unreserved : { running: 0, limit: reserved };
  let running = 0;

  function admit(): void {
    if (options.stopping()) throw new LambdaStopped();
    if (concurrency.running < concurrency.limit) return;
    counts.throttles++;
    throw new TooManyRequests(
      definition.name,
      reserved === undefined
        ? "ConcurrentInvocationLimitExceeded"
        : "ReservedFunctionConcurrentInvocationLimitExceeded",
    );
  }

  const platform = (environment: ExecutionEnvironment) => createPlatformLog(environment.log, definition);

  /**
   * Initializes a new environment under the limit of the init phase. Where that fails it is done once more, in a new
   * environment, as a part of the invocation and under its time limit (AWS page: "Understanding the Lambda execution
   * environment lifecycle", failures during the init phase). The first, failed one has only log lines.
   */
  async function initialize(first: ExecutionEnvironment): Promise<{
    environment: ExecutionEnvironment;
    initMs: number;
    failure?: Failure;
    withinInvocation: boolean;
  }> {
    let environment = first;
    for (const phase of ["init", "invoke"] as const) {
      if (phase === "invoke") environment = await pool.replace(environment);
      const log = platform(environment);
      if (phase === "init") log.initStart();
      const begun = performance.now();
      const ending = await environment.initialized(phase === "init" ? initLimitMs : limitMs);
      const initMs = performance.now() - begun;
      const withinInvocation = phase === "invoke";
      if (ending.kind === "ready") return { environment, initMs, withinInvocation };
      if (options.stopping()) throw new LambdaStopped();
      log.initReport(initMs, phase, ending.kind === "timed-out" ? "timeout" : "error", initErrorType(ending));
      if (withinInvocation) return { environment, initMs, failure: ending, withinInvocation };
    }
    throw new LambdaStopped();
  }

  async function runIn(
    acquired: { environment: ExecutionEnvironment; cold: boolean },
    requestId: string,
    payload: string,
    { clientContext, sink, source = CLIENT, attempt = 1 }: InvocationOptions,
  ): Promise<{ result: InvocationResult; environment: ExecutionEnvironment }> {
    const from = acquired.environment.log.next;
    acquired.environment.log.beginTail();
    const init = acquired.cold ? await initialize(acquired.environment) : undefined;
    const environment = init?.environment ?? acquired.environment;
    const log = platform(environment);
    if (init?.withinInvocation === true) environment.log.beginTail();
    log.start(requestId);
    const spentMs = init?.withinInvocation === true ? init.initMs : 0;
    const startedAt = Date.now();
    const begun = performance.now();
    const ending: RunEnding =
      init?.failure ??
      (await environment.run({
        requestId,
        payload,
        deadlineMs: Date.now() + limitMs - Math.floor(spentMs),
        invokedFunctionArn: definition.arn,
        traceId: traceId(),
        clientContext,
        sink,
      }));
    if (options.stopping() && ending.kind !== "answered") throw new LambdaStopped();
    const measuredMs = performance.now() - begun + spentMs;
    const timedOut = ending.kind === "timed-out";
    const durationMs = timedOut ? limitMs : measuredMs;
    const initMs = init === undefined || init.withinInvocation ? undefined : init.initMs;
    // A handler's error is no failure of the platform: its runtime did its work, and AWS reports a success.
    const exitType = ending.kind === "exited" ? ending.errorType : undefined;
    const errorType = init?.failure === undefined ? exitType : initErrorType(init.failure);
    if (timedOut) log.timedOut(requestId, definition.timeoutSeconds);
    const report: InvocationReport = {
      requestId,
      durationMs,
      billedMs: Math.ceil(durationMs + (initMs ?? 0)),
      memoryMb: definition.memoryMb,
      maxMemoryUsedMb: environment.maxMemoryUsedMb,
      initMs,
      status: timedOut ? "timeout" : errorType === undefined ? "success" : "error",
      errorType,
    };
    log.end(report);
    const result: InvocationResult = {
      requestId,
      ...(ending.kind === "answered"
        ? { payload: ending.body }
        : { payload: errorBody(ending, requestId, definition.timeoutSeconds), functionError: "Unhandled" as const }),
      logTail: environment.log.endTail(),
      durationMs,
      billedMs: report.billedMs,
    };
    if (options.listeners.any)
      options.listeners.tell({
        requestId,
        functionName: definition.name,
        source,
        attempt,
        startedAt,
        durationMs,
        ...(initMs !== undefined && { initMs }),
        outcome: timedOut ? "timed-out" : ending.kind === "answered" ? "answered" : "failed",
        event: payload,
        answer: result.payload,
        log: { stream: environment.log.name, from, to: environment.log.next },
      });
    return { result, environment };
  }

  return {
    definition,
    counts,
    get running() {
      return running;
    },
    async warmUp() {
      const acquired = await pool.acquire();
      let used = acquired.environment;
      try {
        if (acquired.cold) used = (await initialize(acquired.environment)).environment;
      } finally {
        pool.release(used);
      }
    },
    async invoke(payload, invocation = {}) {
      admit();
      running++;
      concurrency.running++;
      try {
        const acquired = await pool.acquire();
        let used = acquired.environment;
        try {
          const requestId = invocation.requestId ?? randomUUID();
          const { result, environment } = await runIn(acquired, requestId, payload, invocation);
          used = environment;
          counts.invocations++;
          if (result.functionError !== undefined) counts.errors++;
          return result;
        } finally {
          pool.release(used);
        }
      } finally {
        running--;
        concurrency.running--;
      }
    },
  };
}
