import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..", "..");
const bridge = join(".sst", "platform", "functions", "nodejs-runtime", "plugin.mjs");

test("SST's bridge loads the plugins that infra/service.ts names on a Node that reads no TypeScript, and answers with a file", async () => {
  const service = readFileSync(join(root, "infra", "service.ts"), "utf8");
  const [, plugins = ""] = /nodejs: \{ plugins: "([^"]+)" \}/.exec(service) ?? [];
  const child = spawn(process.execPath, ["--no-experimental-strip-types", bridge, join(root, plugins)], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const answered = once(createInterface({ input: child.stdout }), "line");
    const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`the bridge ended with ${code}`)));
    ended.catch(() => {}); // it is ended below, too
    const value = { path: "@aws-sdk/credential-provider-node", importer: "/client.js" };
    child.stdin.write(`${JSON.stringify({ id: 7, command: "resolve", value })}\n`);
    const [line] = await Promise.race([answered, ended]);
    const reply = JSON.parse(line);
    expect(reply).toEqual({ id: 7, value: { path: expect.stringMatching(/environment-credentials\.ts$/) } });
    expect(existsSync(reply.value.path)).toBe(true);
  } finally {
    child.kill();
  }
});
