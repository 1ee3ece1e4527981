import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { SEARCH_PATH } from "./environment-variables.ts";

/** Of util-linux. */
const SETPRIV = "setpriv";

/** Starts child processes that never outlive this process, not even a `kill -9` of it while the child is stopped. */
export interface ChildGuard {
  spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** Ends the guard's own process, if it has one. Call it when every child is gone. */
  stop(): Promise<void>;
}

/** The kernel kills the child when the thread that started it dies: util-linux's `setpriv`, Linux only. */
function kernelGuard(): ChildGuard {
  return {
    spawn: (command, args, options) => spawn(SETPRIV, ["--pdeathsig", "KILL", command, ...args], options),
    stop: () => Promise.resolve(),
  };
}

/** A process of its own holds a pipe to this one; when the pipe ends, it kills the process groups that it was told of. */
function watchdogGuard(): ChildGuard {
  const program = fileURLToPath(new URL("watchdog.mjs", import.meta.url));
  let watchdog: ChildProcess | undefined;
  function startWatchdog(): ChildProcess {
    const started = spawn(process.execPath, [program], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      env: {},
    });
    // A watchdog killed by somebody takes no more names; the children then end with their Runtime API, unless stopped.
    started.stdin?.on("error", () => {});
    return started;
  }
  return {
    spawn(command, args, options) {
      // Detached, so that a Ctrl-C in the terminal does not end it before its work.
      watchdog ??= startWatchdog();
      const child = spawn(command, [...args], options);
      watchdog.stdin?.write(`+${child.pid}\n`);
      child.once("exit", () => watchdog?.stdin?.write(`-${child.pid}\n`));
      return child;
    },
    async stop() {
      if (watchdog === undefined || watchdog.exitCode !== null || watchdog.signalCode !== null) return;
      const exited = once(watchdog, "exit");
      watchdog.stdin?.end();
      await exited;
    },
  };
}

async function kernelCan(): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const probe = spawn(SETPRIV, ["--pdeathsig", "KILL", "true"], { stdio: "ignore", env: { PATH: SEARCH_PATH } });
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.once("exit", (code) => resolve(code === 0));
  });
}

/** Chooses the kernel's way where `setpriv` has it, a watchdog process elsewhere; `way` forces one, for tests. */
export async function createChildGuard(way?: "kernel" | "watchdog"): Promise<ChildGuard> {
  const chosen = way ?? ((await kernelCan()) ? "kernel" : "watchdog");
  return chosen === "kernel" ? kernelGuard() : watchdogGuard();
}
