import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { committedStages, graphFile } from "./graph-file.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "graph-file-"));
  await mkdir(join(root, "infra"));
});
afterEach(() => rm(root, { recursive: true }));

test("the local stage has the plain name", () => {
  expect([graphFile("local"), graphFile("production")]).toEqual(["infra/graph.json", "infra/graph.production.json"]);
});

test("the committed stages are those with a file, and the local one always", async () => {
  expect(await committedStages(root)).toEqual(["local"]);
  for (const name of ["graph.staging.json", "graph.production.json", "graph.json", "orders.ts", "graph.test.ts"])
    await writeFile(join(root, "infra", name), "{}");
  expect(await committedStages(root)).toEqual(["local", "production", "staging"]);
});
