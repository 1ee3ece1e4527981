import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { killJava } from "@doorbell/local-cloud/emulators/kill-java.fixture";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "./support/cli-process.ts";
import { readUp, root } from "./support/running-cloud.ts";

const limitMs = 120_000;

let folder: string;
let child: ChildProcessWithoutNullStreams;
let complaints: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "doorbell-java-killed-"));
});

afterEach(() => {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** `doorbell up` without the launcher; its endpoint once it is up. */
async function startUp(...options: readonly string[]): Promise<string> {
  const command = [join(root, "tools/cli/src/main.ts"), "up", "--port", "0", "--json", ...options];
  child = spawn(process.execPath, command);
  complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  // What it said at boot of resources that it does not run.
  complaints = "";
  return readUp(String(line)).endpoint;
}

describe.runIf(process.platform !== "win32")("doorbell up whose Java is killed with -9", () => {
  it(
    "ends in memory, with a sentence and a status that is not 0",
    async () => {
      await startUp();
      killJava(child.pid ?? 0);
      const [status] = await once(child, "close");
      expect(status).toBe(1);
      expect(complaints).toBe(
        "doorbell: the local cloud cannot go on: DynamoDB Local was ended by SIGKILL, and its tables, which were in memory, " +
          "are gone with it. With --state DIR they are kept on disk.\n",
      );
    },
    limitMs,
  );

  it(
    "says so and goes on with a state folder; status and wait speak of it; the state is its owner's alone",
    async () => {
      const state = join(folder, "state");
      const endpoint = await startUp("--state", state);
      const port = new URL(endpoint).port;
      const told = new Promise<void>((resolve) => child.stderr.once("data", () => resolve()));
      killJava(child.pid ?? 0);
      await told;
      expect(complaints).toBe(
        `doorbell: DynamoDB Local was ended by SIGKILL; it is started again on its data in ${join(state, "dynamodb")}.\n`,
      );
      expect((await runCli(["status", "--port", port])).stdout).toMatch(
        /DynamoDB Local (?:was ended by SIGKILL|ended)/,
      );
      expect(await runCli(["wait", "--idle", "--timeout", "100", "--port", port])).toMatchObject({ status: 0 });
      expect((await runCli(["status", "--port", port])).stdout).toContain("started again; restarts: 1");

      const paths = ["", ...readdirSync(state, { recursive: true, encoding: "utf8" })].map((name) => join(state, name));
      expect(paths.length).toBeGreaterThanOrEqual(8);
      for (const path of paths) {
        const { mode } = statSync(path);
        expect([path, mode & 0o077]).toEqual([path, 0]);
      }
      child.kill("SIGTERM");
      expect(await once(child, "close")).toEqual([0, null]);
    },
    limitMs,
  );
});

describe.runIf(process.platform === "linux")("doorbell up --state on a path that cannot be a folder", () => {
  it(
    "ends at once with the path and the reason",
    async () => {
      const file = join(folder, "file");
      writeFileSync(file, "");
      for (const [path, reason] of [
        [file, "it is a file, not a folder"],
        [join(file, "under"), `${file} is a file, not a folder`],
        ["/proc/doorbell/state", "nothing can be created there"],
      ] as const) {
        const { status, stderr } = await runCli(["up", "--port", "0", "--state", path]);
        expect(status).toBe(1);
        expect(stderr).toMatch(new RegExp(`^doorbell: The state folder ${path} cannot be used: ${reason}.*\\n$`));
      }
    },
    limitMs,
  );
});
