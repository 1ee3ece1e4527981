import { type ChildProcess, execFile, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** `doorbell up` in a process of its own, as a person runs it. */
export interface RunningCloud {
  readonly child: ChildProcess;
  readonly endpoint: string;
  /** What `doorbell env` prints. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a `doorbell` command against it; answers what it printed. Rejects on an exit status other than 0. */
  doorbell(...options: readonly string[]): Promise<string>;
  /** Ctrl-C, and the exit status. */
  interrupt(): Promise<number | null>;
}

/** Starts `doorbell up` on a free port and waits until it says that it is up. */
export async function startCloud(...options: readonly string[]): Promise<RunningCloud> {
  const launcher = join(root, "scripts/doorbell.mjs");
  const child = spawn(process.execPath, [launcher, "up", "--port", "0", "--json", ...options], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true, // Its own process group, which Ctrl-C reaches as a whole.
  });
  const [line] = await Promise.race([
    new Promise<[string]>((done) => createInterface({ input: child.stdout }).once("line", (text) => done([text]))),
    new Promise<never>((_, fail) =>
      child.once("exit", (status) => fail(new Error(`doorbell up ended with ${status}`))),
    ),
  ]);
  const { endpoint, environment } = readUp(line);
  return {
    child,
    endpoint,
    environment,
    async doorbell(...command) {
      const env = { ...process.env, AWS_ENDPOINT_URL: endpoint };
      return (await run(process.execPath, [launcher, ...command], { env })).stdout;
    },
    async interrupt() {
      const ended = new Promise<number | null>((done) => child.once("exit", done));
      process.kill(-(child.pid ?? 0), "SIGINT");
      return ended;
    },
  };
}

/** What `doorbell up --json` prints. */
export function readUp(line: string): { endpoint: string; environment: Record<string, string> } {
  const parsed: unknown = JSON.parse(line);
  if (typeof parsed !== "object" || parsed === null || !("endpoint" in parsed) || !("environment" in parsed))
    throw new Error(`doorbell up printed ${line}`);
  const environment = Object.fromEntries(
    Object.entries(Object(parsed.environment)).map(([name, value]) => [name, String(value)]),
  );
  return { endpoint: String(parsed.endpoint), environment };
}
