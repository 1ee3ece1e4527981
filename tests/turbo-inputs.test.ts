import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const manifestSchema = v.object({
  name: v.string(),
  dependencies: v.optional(v.record(v.string(), v.string()), {}),
  devDependencies: v.optional(v.record(v.string(), v.string()), {}),
  peerDependencies: v.optional(v.record(v.string(), v.string()), {}),
});
const drySchema = v.object({
  tasks: v.array(v.object({ taskId: v.string(), package: v.string(), hash: v.string() })),
});
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "doorbell-turbo-"));
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  for (const file of execFileSync("git", listed, { cwd: root, encoding: "utf8" }).split("\0").filter(Boolean)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file), { force: false });
  }
  execFileSync("git", ["init", "-q"], { cwd: copy });
}, 60_000);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** What turbo would run, each with the hash by which it is found in the cache. */
function hashes(): ReadonlyMap<string, string> {
  const turbo = join(root, "node_modules", "turbo", "bin", "turbo");
  const words = [turbo, "run", "typecheck", "lint", "test", "--dry=json"];
  const text = execFileSync(process.execPath, words, {
    cwd: copy,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { tasks } = v.parse(drySchema, JSON.parse(text));
  return new Map(tasks.filter(({ taskId }) => !taskId.endsWith("#sources")).map((task) => [task.taskId, task.hash]));
}

/** The packages whose tasks run again once `file` has changed. */
function runAgain(file: string): readonly string[] {
  const before = hashes();
  appendFileSync(join(copy, file), "\n// changed\n");
  const after = hashes();
  expect([...after.keys()]).toEqual([...before.keys()]);
  const changed = [...after].filter(([task, hash]) => before.get(task) !== hash);
  return [...new Set(changed.map(([task]) => task.split("#")[0] ?? ""))].toSorted();
}

/** A package and all that depend on it, directly or not. */
function dependents(name: string): readonly string[] {
  const folders = ["apps", "packages", "tools"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((each) => join(folder, each)),
  );
  const manifests = [...folders, "infra", "ops", "bench", "tests", "turbo/generators"].map((folder) =>
    v.parse(manifestSchema, JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))),
  );
  const found = new Set([name]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { name: user, ...uses } of manifests)
      if (Object.values(uses).some((all) => Object.keys(all).some((each) => found.has(each)))) found.add(user);
  }
  return [...found].toSorted();
}

it("a change in packages/logger runs the checks of what depends on it again, and of nothing else", () => {
  const expected = dependents("@doorbell/logger");
  expect(expected).toContain("@doorbell/order-queue");
  expect(expected).not.toContain("@doorbell/sst-graph");
  expect(runAgain("packages/logger/src/logger.ts")).toEqual(expected);
});

it("a change in a service runs the checks of that service again, and of what tests it", () => {
  expect(runAgain("apps/change-audit/src/record-changes.ts")).toEqual(dependents("@doorbell/change-audit"));
});
