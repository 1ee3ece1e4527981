import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { ProcessTree } from "./support/process-tree.ts";

const root = resolve(import.meta.dirname, "..");
let demo: ChildProcess | undefined;

afterEach(() => {
  demo?.kill("SIGKILL");
});

/** Starts the demo as `npm run demo` does and lets it run until its output matches. */
async function runDemoUntil(pattern: RegExp): Promise<{ tree: ProcessTree; port: number | undefined }> {
  const child = spawn(process.execPath, [join(root, "scripts/doorbell.mjs"), "demo"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  demo = child;
  const tree = new ProcessTree(child.pid ?? 0);
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  while (!pattern.test(output)) {
    if (child.exitCode !== null) throw new Error(`the demo ended early:\n${output}`);
    tree.look();
    await delay(20);
  }
  tree.look();
  const port = /127\.0\.0\.1:(\d+)/.exec(output)?.[1];
  return { tree, port: port === undefined ? undefined : Number(port) };
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

describe.runIf(process.platform === "linux")("the demo, ended from outside", () => {
  it.each([
    ["kill -9 while it boots", "SIGKILL", /Booting/],
    ["kill -9 in mid-flow", "SIGKILL", /orders [1-9]/],
    ["kill in mid-flow", "SIGTERM", /orders [1-9]/],
  ] as const)(
    "leaves no process and no port: %s",
    async (_, signal, moment) => {
      const { tree, port } = await runDemoUntil(moment);
      expect(tree.look()).toBeGreaterThan(0);
      demo?.kill(signal);
      expect(await tree.survivors(15_000)).toEqual([]);
      if (port !== undefined) expect(await isFree(port)).toBe(true);
    },
    60_000,
  );
});
