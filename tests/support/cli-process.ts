import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "./running-cloud.ts";

/** A `doorbell` command that has ended. */
export interface Ended {
  /** Null where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/**
 * Runs a command in a process of its own, without the launcher, so that a signal reaches the command itself. `interrupt` sends one
 * as soon as so many lines of standard output match.
 */
export async function runCli(
  command: readonly string[],
  options: {
    readonly interrupt?: { readonly signal: NodeJS.Signals; readonly after: number; readonly matching: RegExp };
    /** Added to this process's environment. */
    readonly shell?: Readonly<Record<string, string>>;
    /** The folder where it is run; this process's own, where absent. */
    readonly cwd?: string;
  } = {},
): Promise<Ended> {
  const { interrupt } = options;
  const started = performance.now();
  const child = spawn(process.execPath, [join(root, "tools/cli/src/main.ts"), ...command], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.shell },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  let stdout = "";
  let stderr = "";
  let matches = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    stdout += `${line}\n`;
    if (interrupt?.matching.test(line)) matches += 1;
    if (matches === interrupt?.after) child.kill(interrupt.signal);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await once(child, "close");
  return { status: child.exitCode, stdout, stderr, ms: performance.now() - started };
}
