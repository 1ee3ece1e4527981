import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ProcessTree } from "./process-tree.ts";
import { readUp, root } from "./running-cloud.ts";

/** `doorbell up` on a state folder, without the launcher, so that `kill -9` reaches the process that holds everything. */
export interface KillableCloud {
  /** Resolves when it is up, with the environment of its clients; undefined when it was killed before. */
  readonly up: Promise<Readonly<Record<string, string>> | undefined>;
  /** What it wrote to standard error. */
  complaints(): string;
  /**
   * `kill -9`: of the main process alone, whose children must then end by themselves, or of all of them in one go.
   * Resolves when the main process is gone; others may still be ending.
   */
  kill(which: "main" | "all"): Promise<void>;
  /** Processes of it that are still there after `timeoutMs`. */
  survivors(timeoutMs: number): Promise<string[]>;
}

/** Starts it, at a free port unless the options say another; returns at once. */
export function startKillableCloud(stateDir: string, options: readonly string[] = ["--port", "0"]): KillableCloud {
  const main = join(root, "tools/cli/src/main.ts");
  const child = spawn(process.execPath, [main, "up", "--json", "--state", stateDir, ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const tree = new ProcessTree(child.pid ?? 0);
  // Processes come and go; those that outlive the main one would no longer be found from it.
  const look = setInterval(() => tree.look(), 50);
  const exited = once(child, "exit").finally(() => clearInterval(look));
  return {
    up: firstLine(child, exited),
    complaints: () => complaints,
    async kill(which) {
      tree.look();
      child.kill("SIGKILL");
      if (which === "all") tree.kill();
      await exited;
    },
    survivors: (timeoutMs) => tree.survivors(timeoutMs),
  };
}

async function firstLine(child: ChildProcess, exited: Promise<unknown>): Promise<Record<string, string> | undefined> {
  if (child.stdout === null) return undefined;
  const lines = createInterface({ input: child.stdout });
  const line = once(lines, "line").then(([text]) => String(text));
  const first = await Promise.race([line, exited.then(() => undefined)]);
  return first === undefined ? undefined : readUp(first).environment;
}
