import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InvalidSecretName, changeSecret, readSecrets, secretsFile } from "./project-secrets.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "project-secrets-"));
});
afterEach(() => rm(root, { recursive: true }));

test("secrets are kept by stage, for their owner alone, and out of git", async () => {
  expect(await readSecrets(root, "dev")).toEqual({});
  expect(await changeSecret(root, "dev", "Token", "a")).toBe(false);
  expect(await changeSecret(root, "dev", "Token", "b\n'c'")).toBe(true);
  await changeSecret(root, "production", "Token", "d");
  expect(await readSecrets(root, "dev")).toEqual({ Token: "b\n'c'" });
  expect(await readSecrets(root, "production")).toEqual({ Token: "d" });
  expect((await stat(secretsFile(root, "dev"))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(root, ".doorbell", ".gitignore"), "utf8")).toBe("*\n");
  expect(await readdir(join(root, ".doorbell"))).toHaveLength(3);
});

test("a secret that is removed is gone, and one that there is not cannot be", async () => {
  await changeSecret(root, "dev", "Token", "a");
  expect(await changeSecret(root, "dev", "Token")).toBe(true);
  expect(await changeSecret(root, "dev", "Token")).toBe(false);
  expect(await readSecrets(root, "dev")).toEqual({});
});

test.each(["token", "My-Token", "", "__proto__", "../Token"])("%j is no name of a secret", async (name) => {
  await expect(changeSecret(root, "dev", name, "a")).rejects.toThrow(InvalidSecretName);
});

test("a file that holds something else is named, without what is in it", async () => {
  const file = secretsFile(root, "dev");
  await mkdir(dirname(file));
  await writeFile(file, '{"Token": "hidden-value"');
  const failure = await readSecrets(root, "dev").catch((error: unknown) => error);
  expect(String(failure)).toContain("secrets.dev.json");
  expect(JSON.stringify([String(failure), failure])).not.toContain("hidden-value");
});
