import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./support/running-cloud.ts";

let cloud: ChildProcess;
/** A folder elsewhere, and in it one with the only programs there are. */
let folder: string;
let line: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "doorbell-env-"));
  for (const program of ["node", "npm", "sh", "env"])
    symlinkSync(execFileSync("which", [program], { encoding: "utf8" }).trim(), join(folder, program));
  const main = join(root, "tools/cli/src/main.ts");
  cloud = spawn(process.execPath, [main, "up", "--port", "0", "--no-watch"], { stdio: ["ignore", "pipe", "inherit"] });
  if (cloud.stdout === null) throw new Error("there is no output to read");
  for await (const text of createInterface({ input: cloud.stdout })) {
    line = /^For the AWS CLI and SDKs: (.*)$/.exec(text)?.[1] ?? "";
    if (line !== "") break;
  }
  cloud.stdout.resume();
}, 60_000);

afterAll(() => {
  cloud.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a line, and then tells what the next `aws` would see. */
function shell(typed: string, PATH = folder) {
  const tell = 'echo "$?|$AWS_ENDPOINT_URL|$UPLOADS_BUCKET"';
  const { stdout, stderr } = spawnSync(join(folder, "sh"), ["-c", `${typed}\n${tell}`], {
    encoding: "utf8",
    cwd: folder,
    env: { PATH, HOME: folder },
  });
  const [status, endpoint, bucket] = stdout.trim().split("|");
  return { status: Number(status), endpoint, bucket, stderr };
}

const endpointIn = (text: string) => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];

describe("the line that `up` prints for other shells", () => {
  it("sets the whole environment from any folder with npm alone", () => {
    expect(shell(line)).toMatchObject({
      status: 0,
      endpoint: endpointIn(line),
      bucket: expect.stringMatching(/uploads/),
    });
  }, 60_000);

  it("leaves nothing that points to AWS where npm is not found", () => {
    expect(shell(line, "/nonexistent")).toMatchObject({ endpoint: endpointIn(line), bucket: "" });
  });

  it("fails when no cloud is running, says so, and leaves nothing that points to AWS", async () => {
    const closed = once(cloud, "exit");
    cloud.kill("SIGTERM");
    await closed;
    const failed = { status: 1, endpoint: endpointIn(line), bucket: "" };
    const reason = expect.stringContaining("no local cloud answers");
    expect(shell(line)).toEqual({ ...failed, stderr: reason });
    // The same of the short form, which names no endpoint before.
    const port = new URL(endpointIn(line) ?? "").port;
    const short = `eval "$(npm --prefix '${root}' run -s doorbell -- env --port ${port})"`;
    expect(shell(short)).toEqual({ ...failed, stderr: reason });
  }, 60_000);
});
