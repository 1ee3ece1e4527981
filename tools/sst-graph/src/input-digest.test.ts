import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inputDigest } from "./input-digest.ts";

let root: string;
let before: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "input-digest-"));
  await mkdir(join(root, "infra"));
  await writeFile(join(root, "sst.config.ts"), "config");
  await writeFile(join(root, "infra", "orders.ts"), "orders");
  await writeFile(join(root, "infra", "uploads.ts"), "uploads");
  before = await inputDigest(root);
});
afterEach(() => rm(root, { recursive: true }));

const write = (file: string, text: string) => writeFile(join(root, file), text);

test("the same inputs give the same digest", async () => {
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(await inputDigest(root)).toBe(before);
});

test.each([
  ["the configuration", "sst.config.ts"],
  ["a file of infra/", "infra/orders.ts"],
  ["a new file of infra/", "infra/alarms.ts"],
])("%s changes it", async (_, file) => {
  await write(file, "changed");
  expect(await inputDigest(root)).not.toBe(before);
});

test("text that moves from one file to another changes it", async () => {
  await write("infra/orders.ts", "uploads");
  await write("infra/uploads.ts", "orders");
  expect(await inputDigest(root)).not.toBe(before);
});

test.each(["infra/graph.test.ts", "infra/vitest.config.ts", "infra/graph.json"])(
  "%s does not change it",
  async (file) => {
    await write(file, "changed");
    expect(await inputDigest(root)).toBe(before);
  },
);
