import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "..", "src", "main.ts");

const repository = join(import.meta.dirname, "..", "..", "..");

/** The repository's own configuration, or a copy of it in `root`, for a stage. */
function print(stage: string, root = repository): { status: number | null; stdout: string; stderr: string } {
  const command = [main, "print", "--stage", stage, "--root", root];
  return spawnSync(process.execPath, command, { encoding: "utf8", maxBuffer: 2 ** 26 });
}

const hash = /Subscriber[A-Z][a-z]{5}(?=Event|")/g; // of the function's ARN, by SST

test.each(["pr-7", "dev-ana"])("the stage %s comes and goes, and has no alarms", (stage) => {
  const { resources, ...head } = JSON.parse(print(stage).stdout);
  expect(head).toMatchObject({ stage, removal: "remove", protect: false });
  const types: string[] = resources.map(({ type }: { type: string }) => type);
  expect(types).toContain("aws:sqs/queue:Queue");
  expect(types).not.toContain("aws:cloudwatch/metricAlarm:MetricAlarm");
});

/** What `infra/stage.ts` sets for each permanent stage. */
const SIZES = new Set(["maximumConcurrency", "maxWriteRequestUnits", "warmThroughput"]);

test("staging is as production is, by another name, but for its size and the alarm that nothing came", () => {
  const isSilence = (each: unknown) =>
    (typeof each === "string" && each.endsWith("-silent")) ||
    (typeof each === "object" && each !== null && "name" in each && String(each.name).endsWith("-silent"));
  const named = (stage: string): unknown =>
    JSON.parse(print(stage).stdout.replaceAll(stage, "STAGE").replaceAll(hash, ""), (key, value: unknown) => {
      if (SIZES.has(key)) return undefined;
      return Array.isArray(value) ? value.filter((each) => !isSilence(each)) : value;
    });
  expect(named("staging")).toEqual(named("production"));
});

test("the graphs of two regions differ in the region alone", async () => {
  const copy = await mkdtemp(join(tmpdir(), "other-region-"));
  try {
    await symlink(join(repository, ".sst"), join(copy, ".sst"));
    await cp(join(repository, "sst.config.ts"), join(copy, "sst.config.ts"));
    const sources = (path: string) => basename(path) !== "node_modules";
    await cp(join(repository, "infra"), join(copy, "infra"), { recursive: true, filter: sources });
    await symlink(join(repository, "infra", "node_modules"), join(copy, "infra", "node_modules"));
    const setting = await readFile(join(copy, "infra", "stage.ts"), "utf8");
    const moved = setting.replace('DEFAULT_REGION: Region = "eu-central-1"', 'DEFAULT_REGION: Region = "us-west-2"');
    await writeFile(join(copy, "infra", "stage.ts"), moved);

    const [here, there] = [print("production"), print("production", copy)];
    expect([here, there].map(({ stdout }) => JSON.parse(stdout).region)).toEqual(["eu-central-1", "us-west-2"]);
    const elsewhere = ({ stdout }: { stdout: string }, region: string) => {
      const { inputs: _, ...graph } = JSON.parse(stdout.replaceAll(region, "REGION").replaceAll(hash, ""));
      return graph;
    };
    expect(elsewhere(there, "us-west-2")).toEqual(elsewhere(here, "eu-central-1"));
  } finally {
    await rm(copy, { recursive: true });
  }
});

test("a stage of another name is refused before anything is made", () => {
  expect(print("ubuntu")).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("dev-<your name>") });
});
