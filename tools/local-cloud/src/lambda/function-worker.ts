import type { FunctionDefinition } from "../graph/graph.ts";
import { forgottenFigures } from "../kept-figures.ts";
import { createAsyncInvoker, type AsyncInvoker } from "./asynchronous/async-invoker.ts";
import type { SettlementPorts } from "./asynchronous/async-destination.ts";
import type { AsyncEventStore } from "./asynchronous/async-event-store.ts";
import type { ChildGuard } from "./environment/child-guard.ts";
import { createEnvironmentPool, type EnvironmentPool } from "./environment/environment-pool.ts";
import { startEnvironment, type ExecutionEnvironment } from "./environment/execution-environment.ts";
import { loadFunctionCode } from "./code/function-code.ts";
import { createFunctionRunner, type Concurrency, type FunctionRunner } from "./function-runner.ts";
import type { LambdaServiceOptions } from "./lambda-options.ts";
import type { LogBook } from "./logs/log-book.ts";
import { openLogStream } from "./logs/log-stream.ts";
import type { InvocationListeners } from "./finished-invocation.ts";
import type { MemoryWatch } from "./environment/memory-watch.ts";

const ENVIRONMENTS_PER_FUNCTION = 10;
const ENVIRONMENT_IDLE_MS = 5 * 60_000;
const INIT_TIMEOUT_MS = 10_000;

/** The log stream of what the local cloud itself says about a function. */
const OWN_STREAM = "local-cloud";

/** Whoever reads the log must not take the waits in it for AWS's. */
const timeScaleNotice = (scale: number): string =>
  `Time scale ${scale}: waits before retries, batching windows and ages of events and records are AWS's times ${scale}.`;

/** Everything that one function of the service consists of. */
export interface FunctionWorker {
  readonly runner: FunctionRunner;
  readonly pool: EnvironmentPool;
  readonly invoker: AsyncInvoker;
  /** Kills its environments and waits until each is gone. */
  stop(): Promise<void>;
}

/** What the functions of a service share. */
export interface WorkerSurroundings {
  readonly options: LambdaServiceOptions;
  readonly guard: ChildGuard;
  readonly memory: MemoryWatch;
  readonly book: LogBook;
  readonly store: AsyncEventStore;
  readonly unreserved: Concurrency;
  readonly listeners: InvocationListeners;
  /** For destinations that are functions. */
  readonly invokeAsync: SettlementPorts["invokeAsync"];
  readonly stopping: () => boolean;
}

/**
 * Bundles a function and puts together what runs it. One that is inspected has a single environment, there from the start,
 * since a debugger attaches to a process.
 * @throws BundleFailed
 */
export async function createFunctionWorker(
  definition: FunctionDefinition,
  { options, guard, memory, book, store, unreserved, listeners, invokeAsync, stopping }: WorkerSurroundings,
): Promise<FunctionWorker> {
  const { name } = definition;
  const inspectPort = options.inspect?.functionName === name ? options.inspect.port : undefined;
  const inspected = inspectPort !== undefined;
  const limit = inspected ? 1 : (options.environmentsPerFunction ?? ENVIRONMENTS_PER_FUNCTION);
  const say = (line: string): void => book.write(name, OWN_STREAM, line);

  if (options.timeScale !== 1) say(timeScaleNotice(options.timeScale));

  const code = await loadFunctionCode({
    definition,
    root: options.root,
    cacheDir: options.cacheDir,
    watch: options.watch ?? false,
    say,
    replaced() {
      pool.renew();
      warmUp();
    },
  });
  const pool = createEnvironmentPool({
    limit,
    idleMs: inspected ? Number.POSITIVE_INFINITY : (options.environmentIdleMs ?? ENVIRONMENT_IDLE_MS),
    exclusive: inspected,
    async start() {
      let started: ExecutionEnvironment | undefined;
      const environment = options.environment({ functionName: name, kill: () => void started?.kill() });
      const log = openLogStream(book, name);
      const { taskRoot, handler } = code;
      const { runtime } = options;
      const built = { ...definition, handler };
      started = await startEnvironment({
        definition: built,
        taskRoot,
        environment,
        guard,
        memory,
        log,
        runtime,
        inspectPort,
      });
      return started;
    },
  });
  const initTimeoutMs = options.initTimeoutMs ?? INIT_TIMEOUT_MS;
  const figures = options.kept?.figures ?? forgottenFigures;
  const runner = createFunctionRunner({
    definition,
    pool,
    initTimeoutMs,
    unreserved,
    inspected,
    stopping,
    figures,
    listeners,
  });
  const { timeScale } = options;
  const ports = { ...options, invokeAsync };
  const invoker = createAsyncInvoker({ runner, store, ports, timeScale, concurrency: limit, complain: say });

  /** An inspected function's environment, so that a debugger finds one. */
  function warmUp(): void {
    if (inspected) runner.warmUp().catch((error: unknown) => say(`No environment could be started: ${String(error)}`));
  }
  warmUp();

  return {
    runner,
    pool,
    invoker,
    async stop() {
      const settled = invoker.stop();
      await code.stop();
      await pool.stop();
      await settled;
    },
  };
}
