import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { ProcessTree } from "./process-tree.ts";
import { readUp, root } from "./running-cloud.ts";

const UP = ["up", "--port", "0", "--json", "--no-watch"];
const { npm_lifecycle_event: _ownScript, ...env } = process.env;

let started: ProcessTree | undefined;

/** What a test leaves is not left to the machine: call it after each. */
export const killStarted = (): void => started?.kill();

/** `doorbell up` as a person types it, in a process group of its own, as a terminal gives it one. */
async function startedBy(command: string, args: readonly string[]) {
  const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"], detached: true });
  const tree = new ProcessTree(child.pid ?? 0);
  started = tree;
  const ended = once(child, "exit");
  const up = Promise.withResolvers<string>();
  // pnpm may print the command before.
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) up.resolve(line);
  });
  const line = await Promise.race([up.promise, ended.then(() => undefined)]);
  if (line === undefined) throw new Error(`${command} ended with ${child.exitCode} before the cloud was up`);
  tree.look();
  return { child, tree, ended, port: Number(new URL(readUp(line).endpoint).port) };
}

/** A cloud that was started through its launcher. */
export type Started = Awaited<ReturnType<typeof startedBy>>;

export const byNpm = () => startedBy("npm", ["run", "--silent", "doorbell", "--", ...UP]);
export const byPnpm = () => startedBy("npx", ["--yes", manifest.packageManager, "--silent", "doorbell", ...UP]);
export const byHand = () => startedBy(process.execPath, ["scripts/doorbell.mjs", ...UP]);

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

/** Every process of it has ended, and its port is free. */
export async function expectNothingLeft({ tree, port }: Started): Promise<void> {
  expect(await tree.survivors(30_000)).toEqual([]);
  expect(await isFree(port)).toBe(true);
}

/** The processes from the one that was started down to the command on Node 24. */
export function chainOf({ tree }: Started): readonly { readonly pid: number; readonly command: string }[] {
  return tree.chainTo((command) => command.includes("tools/cli/src/main.ts"));
}
