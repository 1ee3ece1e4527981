import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";

/** The only programs there are, to show that nothing else is needed: no Java, as the project has no table. */
const bin = mkdtempSync(join(tmpdir(), "doorbell-command-"));
for (const program of ["node", "npm", "npx", "sh", "env"])
  symlinkSync(execFileSync("which", [program], { encoding: "utf8" }).trim(), join(bin, program));
const options = { cwd: import.meta.dirname, env: { ...process.env, PATH: bin } };

let up;
let endpoint;

/** Runs `npx doorbell …` as a person types it. */
async function doorbell(command, input = "") {
  const child = spawn("npx", ["doorbell", ...command], { ...options, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { status: child.exitCode, stdout, stderr };
}

/** The same, of a command that succeeds. */
async function succeeds(command, input) {
  const { status, stdout, stderr } = await doorbell([...command, "--port", new URL(endpoint).port], input);
  assert.equal(status, 0, `${command.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

before(
  async () => {
    const set = await doorbell(["secret", "set", "Token"], "a secret value\n");
    assert.equal(set.status, 0, set.stderr);
    up = spawn("npx", ["doorbell", "up", "--port", "0", "--json"], {
      ...options,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await new Promise((resolve, reject) => {
      createInterface({ input: up.stdout })
        .once("line", resolve)
        .once("close", () => reject(new Error("up ended")));
    });
    const { outputs, ...boot } = JSON.parse(line);
    ({ endpoint } = boot);
    assert.match(outputs.queue, new RegExp(`^${endpoint}/`));
  },
  { timeout: 300_000 },
);

after(async () => {
  const ended = once(up, "close");
  // Ctrl-C reaches every process of a terminal.
  process.kill(-up.pid, "SIGINT");
  await ended;
  rmSync(bin, { recursive: true, force: true });
  await assert.rejects(fetch(endpoint));
});

test("a message goes from function to function", { timeout: 120_000 }, async () => {
  assert.match(await succeeds(["env"]), /^export MY_QUEUE_URL='http:\/\/127\.0\.0\.1:/m);
  assert.equal(await succeeds(["invoke", "MyPublisher", "--event", "-"], '{"text":"good"}'), '"sent"\n');
  await succeeds(["wait"]);
  const logs = await succeeds(["logs"]);
  assert.match(logs, /received good as [\w-]+, with a token of 14 characters/);
  assert.doesNotMatch(logs, /a secret value/);
  assert.match(await succeeds(["status"]), /command-local-MyQueue/);
});

test("a message that fails is found in the dead-letter queue", { timeout: 120_000 }, async () => {
  await succeeds(["invoke", "MyPublisher", "--event", "-"], '{"text":"bad"}');
  await succeeds(["wait"]);
  const [failure, ...others] = JSON.parse(await succeeds(["failures", "list", "--json"]));
  assert.deepEqual(others, []);
  assert.equal(failure.place, "queue DeadLetters");
  assert.match(await succeeds(["trace", failure.facts["message id"]]), /the invocation failed: Error/);
});
