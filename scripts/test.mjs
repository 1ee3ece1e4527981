// `npm test`: every check of the repository, through turbo's cache; prints the sum of all test results.
// Arguments go to turbo: `npm test -- --affected` checks what differs from main, and sums only that.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";
import { turbo } from "./turbo.mjs";

const folders = ["apps", "packages", "tools"].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => join(folder, name)),
);
const resultFiles = [...folders, "infra", "ops", "tests"].map((folder) => join(root, folder, "test-results.json"));

// Results of an earlier run are not this run's: turbo puts those that are still true back from its cache.
for (const file of resultFiles) rmSync(file, { force: true });

const tasks = ["typecheck", "lint", "test", "check:format", "check:unused", "check:scripts", "check:references"];
const status = turbo(
  "run",
  ...tasks,
  "--continue",
  "--concurrency=2",
  "--output-logs=errors-only",
  ...process.argv.slice(2),
);

let passed = 0;
let failed = 0;
for (const file of resultFiles) {
  if (!existsSync(file)) continue;
  const results = JSON.parse(readFileSync(file, "utf8"));
  passed += results.numPassedTests;
  failed += results.numFailedTests;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(status === 0 && failed === 0 ? 0 : 1);
