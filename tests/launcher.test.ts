import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { ProcessTree } from "./support/process-tree.ts";
import { readUp, root } from "./support/running-cloud.ts";

const UP = ["up", "--port", "0", "--json", "--no-watch"];
const { npm_lifecycle_event: _ownScript, ...env } = process.env;

let started: ProcessTree | undefined;

// What a test leaves is not left to the machine.
afterEach(() => started?.kill());

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

type Started = Awaited<ReturnType<typeof startedBy>>;

const byNpm = () => startedBy("npm", ["run", "--silent", "doorbell", "--", ...UP]);
const byPnpm = () => startedBy("npx", ["--yes", manifest.packageManager, "--silent", "doorbell", ...UP]);
const byHand = () => startedBy(process.execPath, ["scripts/doorbell.mjs", ...UP]);

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

async function expectNothingLeft({ tree, port }: Started): Promise<void> {
  expect(await tree.survivors(30_000)).toEqual([]);
  expect(await isFree(port)).toBe(true);
}

/** The processes from the one that was started down to the command on Node 24. */
function chainOf({ tree }: Started): readonly { readonly pid: number; readonly command: string }[] {
  return tree.chainTo((command) => command.includes("tools/cli/src/main.ts"));
}

describe.runIf(process.platform === "linux")("kill -9 of one process leaves nothing of the cloud", () => {
  it.each([
    ["npm", byNpm],
    ["npx and pnpm", byPnpm],
  ] as const)(
    "of those between the terminal and the cloud, started by %s",
    async (_, start) => {
      let links = 1;
      for (let link = 0; link < links; link += 1) {
        const cloud = await start();
        const chain = chainOf(cloud);
        links = chain.length;
        // The package manager, the script and the command at least; mostly with a shell between.
        expect(links).toBeGreaterThanOrEqual(3);
        const { pid = 0, command = "" } = chain[link] ?? {};
        process.kill(pid, "SIGKILL");
        expect(await cloud.tree.survivors(30_000), `after the death of ${command}`).toEqual([]);
        await expectNothingLeft(cloud);
      }
    },
    240_000,
  );
});

describe.runIf(process.platform === "linux")("SIGINT ends the cloud cleanly, once", () => {
  /** The script among the processes: the one above the command. */
  const scriptOf = (cloud: Started) => chainOf(cloud).at(-2)?.pid ?? 0;

  it("sent to the script alone, as a supervisor does", async () => {
    const cloud = await byHand();
    process.kill(scriptOf(cloud), "SIGINT");
    expect(await cloud.ended).toEqual([0, null]);
    await expectNothingLeft(cloud);
  }, 60_000);

  it("as Ctrl-C, which reaches every process of the terminal", async () => {
    const cloud = await byHand();
    process.kill(-(cloud.child.pid ?? 0), "SIGINT");
    // 130 is how a second SIGINT ends it, with nothing stopped in order.
    expect(await cloud.ended).toEqual([0, null]);
    await expectNothingLeft(cloud);
  }, 60_000);

  it.each([
    ["npm", byNpm],
    ["pnpm", byPnpm],
  ] as const)(
    "as Ctrl-C under %s, which may pass it on a second time",
    async (_, start) => {
      const cloud = await start();
      process.kill(-(cloud.child.pid ?? 0), "SIGINT");
      await cloud.ended;
      await expectNothingLeft(cloud);
    },
    60_000,
  );
});

it.runIf(process.platform === "linux")(
  "SIGTERM to npm alone ends the cloud",
  async () => {
    const cloud = await byNpm();
    cloud.child.kill("SIGTERM");
    await cloud.ended;
    await expectNothingLeft(cloud);
  },
  60_000,
);
