import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProjectNotFound, projectRoot } from "./project-root.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "project-root-"));
  await mkdir(join(folder, "packages", "api", "src"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

test("a project is found from its own folder and from any below", async () => {
  await writeFile(join(folder, "sst.config.ts"), "");
  expect(projectRoot(folder)).toBe(folder);
  expect(projectRoot(join(folder, "packages", "api", "src"))).toBe(folder);
});

test("of two projects the nearer one counts", async () => {
  await writeFile(join(folder, "sst.config.ts"), "");
  await writeFile(join(folder, "packages", "api", "sst.config.ts"), "");
  expect(projectRoot(join(folder, "packages", "api", "src"))).toBe(join(folder, "packages", "api"));
});

test("a folder without a project is refused by name", () => {
  expect(() => projectRoot(folder)).toThrow(ProjectNotFound);
  expect(() => projectRoot(folder)).toThrow(folder);
});
