import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InvalidStage, projectEnvironment } from "./project-environment.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "project-environment-"));
  await mkdir(join(root, ".sst"));
});
afterEach(() => rm(root, { recursive: true }));

const write = (file: string, text: string) => writeFile(join(root, file), text);
const stageOf = (environment: Record<string, string>, given?: string) =>
  projectEnvironment(root, environment, given).stage;

test("the stage is the given one, else SST_STAGE, else SST's own note, else local", async () => {
  expect(stageOf({})).toBe("local");
  await write(".sst/stage", "ana\n");
  expect(stageOf({})).toBe("ana");
  await write(".env", "SST_STAGE=from-file");
  expect(stageOf({})).toBe("from-file");
  expect(stageOf({ SST_STAGE: "shell" })).toBe("shell");
  expect(stageOf({ SST_STAGE: "shell" }, "given")).toBe("given");
});

test(".env adds to the environment, the file of the stage overrides it", async () => {
  await write(".env", "A=common\nB=common\nC=common");
  await write(".env.local", "C=local\nD='two words'");
  await write(".env.production", "A=production");
  const { variables, files } = projectEnvironment(root, { B: "shell", C: "shell", D: "shell" }, undefined);
  expect(variables).toEqual({ A: "common", B: "shell", C: "local", D: "two words" });
  expect(files).toEqual([join(root, ".env"), join(root, ".env.local")]);
});

test("a stage whose name SST refuses is refused", () => {
  expect(() => stageOf({}, "my stage")).toThrow(InvalidStage);
  expect(() => stageOf({}, "../x")).toThrow('"../x"');
});
