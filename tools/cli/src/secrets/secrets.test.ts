import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const VALUE = "sk_live_4eC39";
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "doorbell-secrets-"));
  writeFileSync(join(root, "sst.config.ts"), "");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function secret(command: readonly string[], input = "") {
  const main = join(import.meta.dirname, "..", "main.ts");
  const env = { PATH: process.env["PATH"], SST_STAGE: "dev" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "secret", ...command], {
    cwd: root,
    env,
    input,
    encoding: "utf8",
  });
  expect(stdout + stderr).not.toContain(VALUE);
  return { status, said: (stdout + stderr).trim() };
}

it("sets from an argument or standard input, lists names, removes, and prints no value", () => {
  expect(secret(["set", "StripeKey", VALUE])).toEqual({ status: 0, said: "StripeKey is set for the stage dev" });
  expect(secret(["set", "Certificate"], `${VALUE}\nsecond line\n`).status).toBe(0);
  expect(JSON.parse(readFileSync(join(root, ".doorbell/secrets.dev.json"), "utf8"))).toEqual({
    StripeKey: VALUE,
    Certificate: `${VALUE}\nsecond line`,
  });
  expect(secret(["set", "StripeKey", "--stage", "production"], VALUE).status).toBe(0);
  expect(secret(["list"]).said).toBe("Certificate\nStripeKey");
  expect(secret(["list", "--json", "--stage", "production"]).said).toBe('["StripeKey"]');
  expect(secret(["remove", "Certificate"])).toEqual({
    status: 0,
    said: "Certificate is removed from the stage dev",
  });
  expect(secret(["remove", "Certificate"])).toEqual({
    status: 1,
    said: "doorbell: the stage dev has no secret Certificate.",
  });
}, 60_000);

it.each([
  [["set", "stripe-key", VALUE], '"stripe-key" is no name of a secret'],
  [["set", "StripeKey"], "the value of StripeKey is empty"],
  [["list", "--stage", "../x"], '"../x" is not a stage'],
])(
  "%j is refused by name",
  (command, reason) => {
    const { status, said } = secret(command);
    expect(status).toBe(1);
    expect(said).toContain(reason);
    expect(said).not.toContain("    at ");
  },
  30_000,
);
