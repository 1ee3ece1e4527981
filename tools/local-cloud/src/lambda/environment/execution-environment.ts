// States of an execution environment and what leaves each:
//
//   starting ──next──▶ waiting ──run──▶ running ──response or error──▶ answered ──next──▶ waiting
//   starting ──init error, exit, time-out──▶ gone
//   running  ──exit, time-out, out of memory──▶ gone          answered ──exit──▶ gone (the answer stands)
//   waiting  ──kill, exit──▶ gone
//
// One that has waited for FREEZE_AFTER_MS is frozen, stopped by SIGSTOP, until it runs again: timers of the handler do not run
// between invocations, as on AWS. Not at once, since stopping and waking a process costs more than a short invocation, and
// under load the next one is there within a few milliseconds. One that is inspected is not frozen: its debugger would hang.
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FunctionDefinition } from "../../graph/graph.ts";
import type { ChildGuard } from "./child-guard.ts";
import { environmentVariables } from "./environment-variables.ts";
import type { LogStream } from "../logs/log-stream.ts";
import type { MemoryWatch, Watched } from "./memory-watch.ts";
import { openRuntimeApi, type RuntimeApi, type RuntimeInvocation } from "./runtime-api.ts";

const OUTPUT_DRAIN_MS = 200;

/** AWS freezes an environment as soon as it waits. Here a call that a handler began and did not wait for mostly still gets out. */
const FREEZE_AFTER_MS = 200;

/** How an initialization or an invocation that got no answer ended. `Runtime.OutOfMemory` only on Linux. */
export type Failure =
  | { readonly kind: "failed"; readonly body: string }
  | {
      readonly kind: "exited";
      readonly errorType: "Runtime.ExitError" | "Runtime.OutOfMemory";
      readonly reason: string;
    }
  | { readonly kind: "timed-out" };

type InitEnding = { readonly kind: "ready" } | Failure;
export type RunEnding = { readonly kind: "answered"; readonly body: string } | Failure;

/** One child process that runs a function's handler, one invocation at a time. */
export interface ExecutionEnvironment {
  readonly log: LogStream;
  /** False once the process has ended or is being killed; it takes no further invocation. */
  readonly usable: boolean;
  /** Peak resident set, 0 where it cannot be read. */
  readonly maxMemoryUsedMb: number;
  /** Waits until the runtime asks for its first invocation; kills the process when it takes longer. */
  initialized(limitMs: number): Promise<InitEnding>;
  /** Runs an invocation until the runtime asks for the next; kills the process at the deadline. */
  run(invocation: RuntimeInvocation): Promise<RunEnding>;
  /** Kills the process and its children, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface EnvironmentOptions {
  readonly definition: FunctionDefinition;
  /** Folder of the bundle, `LAMBDA_TASK_ROOT`. */
  readonly taskRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly guard: ChildGuard;
  readonly memory: MemoryWatch;
  readonly log: LogStream;
  /** Command of the runtime; our own loop on this Node by default. */
  readonly runtime?: readonly string[] | undefined;
  /** Opens Node's inspector on this port of 127.0.0.1, 0 for a free one. Neither memory nor waiting is limited then. */
  readonly inspectPort?: number | undefined;
}

/** Words for signals as AWS's error bodies have them. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: "killed",
  SIGABRT: "aborted",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
};

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`;
  return code === 0 ? "Runtime exited without providing a reason" : `Runtime exited with error: exit status ${code}`;
}

function ownRuntime(memoryMb: number, inspectPort: number | undefined): readonly string[] {
  const loop = fileURLToPath(new URL("runtime-loop.mjs", import.meta.url));
  // The heap's share of the memory, so that Node collects garbage before the limit kills it.
  const heap = `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`;
  return [
    process.execPath,
    "--enable-source-maps",
    ...(inspectPort === undefined ? [heap] : [`--inspect=127.0.0.1:${inspectPort}`]),
    loop,
  ];
}

/** Starts the process. Its Runtime API listens on a loopback port until it is gone. */
export async function startEnvironment(options: EnvironmentOptions): Promise<ExecutionEnvironment> {
  const { definition, log, memory, inspectPort } = options;
  let child: ChildProcess | undefined;
  let state: "starting" | "waiting" | "running" | "answered" | "gone" = "starting";
  let settle: ((ending: { kind: "ready" } | RunEnding) => void) | undefined;
  let ending: { kind: "ready" } | RunEnding | undefined;
  /** How the process ended, once it has. */
  let exit: Failure | undefined;
  let killing = false;
  let outOfMemory = false;
  let frozen = false;
  let freezing: NodeJS.Timeout | undefined;

  /** Output written before a request is readable no later than the request, so one turn of the loop has read it. */
  const settleAfterOutput = (): void => {
    setImmediate(() => {
      const settled = settle;
      const reached = ending;
      if (settled === undefined || reached === undefined) return;
      settle = undefined;
      ending = undefined;
      settled(reached);
    });
  };
  const signal = (name: NodeJS.Signals): void => {
    if (child?.pid === undefined || state === "gone") return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // The group has just ended.
    }
  };

  const freeze = (): void => {
    frozen = true;
    signal("SIGSTOP");
  };

  const api: RuntimeApi = await openRuntimeApi({
    next() {
      if (state === "starting") ending ??= { kind: "ready" };
      state = "waiting";
      if (inspectPort === undefined) freezing = setTimeout(freeze, FREEZE_AFTER_MS);
      settleAfterOutput();
    },
    answered(answer) {
      state = "answered";
      ending ??= answer.error ? { kind: "failed", body: answer.body } : { kind: "answered", body: answer.body };
    },
    initFailed(body) {
      if (state === "starting") ending ??= { kind: "failed", body };
    },
  });

  const [command = process.execPath, ...args] = options.runtime ?? ownRuntime(definition.memoryMb, inspectPort);
  child = options.guard.spawn(command, args, {
    cwd: options.taskRoot,
    env: environmentVariables({ ...options, address: api.address, logStream: log.name }),
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own: a Ctrl-C in the terminal does not reach it, and signals reach what it starts.
    detached: true,
  });
  if (child.stdout !== null) log.follow(child.stdout);
  if (child.stderr !== null) log.follow(child.stderr);
  const watched: Watched = {
    pid: child.pid ?? 0,
    limitMb: inspectPort === undefined ? definition.memoryMb : Number.POSITIVE_INFINITY,
    peakMb: 0,
    exceeded() {
      outOfMemory = true;
      killing = true;
      signal("SIGKILL");
    },
  };
  memory.add(watched);

  const gone = new Promise<void>((resolve) => {
    const exited = (reason: string): void => {
      if (state === "gone") return;
      state = "gone";
      clearTimeout(freezing);
      memory.remove(watched);
      const errorType = outOfMemory ? "Runtime.OutOfMemory" : "Runtime.ExitError";
      exit = { kind: "exited", errorType, reason };
      ending ??= exit;
      // A process that the handler started may hold the output open, so its end is waited for only shortly.
      const output = setTimeout(finished, OUTPUT_DRAIN_MS);
      child?.once("close", finished);
      function finished(): void {
        clearTimeout(output);
        child?.off("close", finished);
        settleAfterOutput();
        void api.close().then(resolve);
      }
    };
    child?.once("exit", (code, name) => exited(exitReason(code, name)));
    child?.once("error", (error) => exited(`Runtime could not be started: ${error.message}`));
  });

  /** Waits for the ending of what was begun; at the limit the process is killed, and the ending is a time-out. */
  async function within<Ending>(
    limitMs: number,
    pick: (ending: { kind: "ready" } | RunEnding) => Ending,
  ): Promise<Ending> {
    const deadline = setTimeout(() => {
      ending ??= { kind: "timed-out" };
      killing = true;
      signal("SIGKILL");
    }, limitMs);
    const settled = await new Promise<{ kind: "ready" } | RunEnding>((resolve) => {
      settle = resolve;
      // It may have ended after it was last heard of, before anybody waited here.
      ending ??= exit;
      if (ending !== undefined && (state === "waiting" || state === "gone")) settleAfterOutput();
    });
    clearTimeout(deadline);
    memory.sample(watched);
    memory.remove(watched);
    return pick(settled);
  }

  const unexpected = (): Failure => ({
    kind: "exited",
    errorType: "Runtime.ExitError",
    reason: "Runtime protocol error",
  });

  return {
    log,
    get usable() {
      return state !== "gone" && !killing;
    },
    get maxMemoryUsedMb() {
      return watched.peakMb;
    },
    initialized: (limitMs) => within(limitMs, (settled) => (settled.kind === "answered" ? unexpected() : settled)),
    run(invocation) {
      const done = within(invocation.deadlineMs - Date.now(), (settled) =>
        settled.kind === "ready" ? unexpected() : settled,
      );
      if (state === "waiting") {
        state = "running";
        clearTimeout(freezing);
        memory.add(watched);
        api.deliver(invocation);
        if (frozen) signal("SIGCONT");
        frozen = false;
      }
      return done;
    },
    kill() {
      killing = true;
      signal("SIGKILL");
      return gone;
    },
  };
}
