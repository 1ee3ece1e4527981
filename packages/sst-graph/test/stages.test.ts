import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "..", "src", "main.ts");

/** The repository's own configuration, for a stage. */
function print(stage: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, "print", "--stage", stage], { encoding: "utf8", maxBuffer: 2 ** 26 });
}

test.each(["pr-7", "dev-ana"])("the stage %s comes and goes, and has no alarms", (stage) => {
  const { resources, ...head } = JSON.parse(print(stage).stdout);
  expect(head).toMatchObject({ stage, removal: "remove", protect: false });
  const types: string[] = resources.map(({ type }: { type: string }) => type);
  expect(types).toContain("aws:sqs/queue:Queue");
  expect(types).not.toContain("aws:cloudwatch/metricAlarm:MetricAlarm");
});

test("staging is as production is, by another name", () => {
  const named = (stage: string) => print(stage).stdout.replaceAll(stage, "STAGE");
  const hash = /Subscriber[A-Z][a-z]{5}Event/g; // of the function's ARN, by SST
  expect(named("staging").replaceAll(hash, "")).toBe(named("production").replaceAll(hash, ""));
});

test("a stage of another name is refused before anything is made", () => {
  expect(print("ubuntu")).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("dev-<your name>") });
});
