import type { IncomingMessage, ServerResponse } from "node:http";
import { openAsyncEventStore } from "./asynchronous/async-event-store.ts";
import { createChildGuard } from "./environment/child-guard.ts";
import { createFunctionWorker, type FunctionWorker } from "./function-worker.ts";
import { createInvocationListeners, type FinishedInvocation, type InvocationSource } from "./finished-invocation.ts";
import type { InvocationOptions } from "./function-runner.ts";
import { FunctionNotFound, FunctionNotRun, type InvocationResult } from "./invocation.ts";
import { createInvokeApi, type InvokeTarget } from "./api/invoke-api.ts";
import { createLogBook, type LogBook, type LogQuery } from "./logs/log-book.ts";
import type { LogLine } from "./logs/log-line.ts";
import { createMemoryWatch } from "./environment/memory-watch.ts";
import type { LambdaServiceOptions } from "./lambda-options.ts";

export { TooManyRequests, type InvocationResult } from "./invocation.ts";
export type { LogLine } from "./logs/log-line.ts";

/** Figures of one function, since the start, or since its state folder was made. */
export interface FunctionStatus {
  readonly function: string;
  readonly invocations: number;
  readonly errors: number;
  readonly throttles: number;
  readonly environments: number;
  readonly running: number;
  /** Asynchronous events accepted and not yet settled, those that wait for a retry included. */
  readonly asyncQueued: number;
}

/** Lambda on this machine: the functions of the graph, each invocation in a child process over the Runtime API. */
export interface LambdaService {
  /**
   * Runs the function and waits for its answer. `payload` is JSON text. A function error is a result, not an exception.
   * @throws TooManyRequests, FunctionNotFound, FunctionNotRun, LambdaStopped
   */
  invoke(functionName: string, payload: string, options?: InvocationOptions): Promise<InvocationResult>;
  /**
   * Accepts an event: it is stored before this returns, runs at least once, is retried, and ends in its destination.
   * @throws FunctionNotFound, FunctionNotRun, LambdaStopped
   */
  invokeAsync(functionName: string, payload: string, source?: InvocationSource): { readonly requestId: string };
  /** Answers a request to the Invoke API, `/2015-03-31/functions…`. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Lines kept, oldest first: the latest 20,000 of each function, and at most 32 Mi characters of them. */
  logs(functionName?: string): LogLine[];
  /** The same one at a time, as they are asked for; see the log book. */
  readLogs(query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine>;
  /** Lines of one function with their places; see the log book. */
  readonly logEntries: LogBook["entries"];
  /** Calls the listener for each new line; the answer unsubscribes it. */
  onLog(listener: (line: LogLine) => void): () => void;
  /** Calls the listener for each invocation that ends; the answer unsubscribes it. */
  onInvocation(listener: (finished: FinishedInvocation) => void): () => void;
  status(): FunctionStatus[];
  /** Nothing runs and no asynchronous event is queued or waits for a retry. */
  idle(): boolean;
  /** Kills every environment and waits until each is gone. Unsettled asynchronous events stay stored. */
  stop(): Promise<void>;
}

/** What an account may run at a time, AWS's default; what functions reserve of it is taken from the others. */
const ACCOUNT_CONCURRENCY = 1_000;

/**
 * Bundles the functions and takes up the asynchronous events that an earlier process left.
 * @throws BundleFailed, FunctionNotFound where there is no function to inspect
 */
export async function createLambdaService(options: LambdaServiceOptions): Promise<LambdaService> {
  const { inspect } = options;
  if (inspect !== undefined && !options.functions.some(({ name }) => name === inspect.functionName))
    throw new FunctionNotFound(inspect.functionName);
  const guard = await createChildGuard();
  const memory = createMemoryWatch();
  const book = createLogBook(options.kept?.logs);
  const store = openAsyncEventStore(options.state);
  const listeners = createInvocationListeners();
  let stopping = false;
  const reserved = options.functions.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
  const unreserved = { running: 0, limit: ACCOUNT_CONCURRENCY - reserved };
  const surroundings = {
    options,
    guard,
    memory,
    book,
    store,
    unreserved,
    listeners,
    invokeAsync: (functionName: string, payload: string, source: InvocationSource) =>
      find(functionName).invoker.accept(payload, source),
    stopping: () => stopping,
  };

  const run = options.functions.filter(({ notRun }) => notRun === undefined);
  const created = await Promise.allSettled(run.map((each) => createFunctionWorker(each, surroundings)));
  const workers = created.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const refused = created.find((each) => each.status === "rejected");
  if (refused !== undefined) {
    await Promise.all(workers.map((worker) => worker.stop()));
    await guard.stop();
    book.close();
    throw refused.reason;
  }
  const byName = new Map(workers.map((worker) => [worker.runner.definition.name, worker]));

  function find(functionName: string): FunctionWorker {
    const found = byName.get(functionName);
    if (found !== undefined) return found;
    const why = options.functions.find(({ name }) => name === functionName)?.notRun;
    throw why === undefined ? new FunctionNotFound(functionName) : new FunctionNotRun(functionName, why);
  }

  const target: InvokeTarget = {
    functions: options.functions,
    invoke: async (functionName, payload, invocation) => find(functionName).runner.invoke(payload, invocation),
    invokeAsync: (functionName, payload) => find(functionName).invoker.accept(payload),
  };
  const takeUpStored = (): void => workers.forEach(({ invoker }) => invoker.start());
  // Where the local cloud does not get ready, it stops, and the events stay stored.
  void (options.ready ?? Promise.resolve()).then(takeUpStored, () => {});

  return {
    invoke: (functionName, payload, invocation) => target.invoke(functionName, payload, invocation),
    invokeAsync: (functionName, payload, source) => find(functionName).invoker.accept(payload, source),
    handle: createInvokeApi(target),
    logs: (functionName) => book.lines(functionName),
    readLogs: (query, signal) => book.read(query, signal),
    logEntries: (functionName) => book.entries(functionName),
    onLog: (listener) => book.onLine(listener),
    onInvocation: (listener) => listeners.add(listener),
    status: () =>
      workers.map(({ runner, pool, invoker }) => ({
        function: runner.definition.name,
        ...runner.counts,
        environments: pool.size,
        running: runner.running,
        asyncQueued: invoker.queued,
      })),
    idle: () => workers.every(({ runner, invoker }) => runner.running === 0 && invoker.queued === 0),
    async stop() {
      stopping = true;
      await Promise.all(workers.map((worker) => worker.stop()));
      await guard.stop();
      book.close();
    },
  };
}
