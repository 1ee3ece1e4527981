import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hasPlatform } from "./platform.ts";
import { sstVersion } from "./sst-version.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "platform-"));
});
afterEach(() => rm(root, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  const path = join(root, ".sst", "platform", file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function install(version: string): Promise<void> {
  await write("version", version);
  await write("config.d.ts", "");
  await write("node_modules/@pulumi/aws/package.json", "{}");
}

test("a fresh clone has no platform", () => {
  expect(hasPlatform(root)).toBe(false);
});

test("the platform of the installed version counts", async () => {
  await install(sstVersion());
  expect(hasPlatform(root)).toBe(true);
});

test("the platform of another version does not", async () => {
  await install("3.0.0");
  expect(hasPlatform(root)).toBe(false);
});

test("a platform whose installation was cut off does not", async () => {
  await install(sstVersion());
  await rm(join(root, ".sst/platform/node_modules"), { recursive: true });
  expect(hasPlatform(root)).toBe(false);
});
