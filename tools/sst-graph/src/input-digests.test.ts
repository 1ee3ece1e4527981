import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type InputDigests, changedInputs, inputDigests } from "./input-digests.ts";

let root: string;
let before: InputDigests;
const write = (file: string, text: string) => writeFile(join(root, file), text);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "input-digests-"));
  await mkdir(join(root, "infra"));
  await mkdir(join(root, "packages"));
  await write(
    "sst.config.ts",
    `export default { async run() { await import("./infra/orders.ts"); await import("./infra/uploads.ts"); } };`,
  );
  await write(
    "infra/orders.ts",
    `import { actions } from "../packages/permissions.ts"; export const orders = actions;`,
  );
  await write("infra/uploads.ts", "export const uploads = 1;");
  await write("packages/permissions.ts", "export const actions = [];");
  before = await inputDigests(root);
});
afterEach(() => rm(root, { recursive: true }));

const changed = async () => changedInputs(before, await inputDigests(root));

test("the same inputs give the same digests, one for each file", async () => {
  const files = ["infra/orders.ts", "infra/uploads.ts", "packages/permissions.ts", "sst-graph", "sst.config.ts"];
  expect(Object.keys(before).toSorted()).toEqual(files);
  for (const { sha256 } of Object.values(before)) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(await changed()).toEqual([]);
});

test.each(["sst.config.ts", "infra/orders.ts", "packages/permissions.ts"])("%s alone changes its own", async (file) => {
  await write(file, `${await readFile(join(root, file), "utf8")} // changed`);
  expect(await changed()).toEqual([file]);
});

test("a file counts from when it is imported", async () => {
  await write("infra/alarms.ts", "export const alarms = 1;");
  expect(await changed()).toEqual([]);
  await write("infra/uploads.ts", `export { alarms } from "./alarms.ts";`);
  expect(await changed()).toEqual(["infra/alarms.ts", "infra/uploads.ts"]);
});

test.each(["infra/graph.test.ts", "infra/graph.json", "infra/package.json"])("%s does not count", async (file) => {
  await write(file, "{}");
  expect(await changed()).toEqual([]);
});
