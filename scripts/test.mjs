// `npm test`: every check of the repository, through turbo's cache; prints the sum of all test results.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";
import { turbo } from "./turbo.mjs";

const tasks = ["typecheck", "lint", "test", "check:format", "check:unused", "check:scripts"];
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
const folders = ["apps", "packages"].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => join(folder, name)),
);
for (const folder of [...folders, "infra", "tests"]) {
  const file = join(root, folder, "test-results.json");
  if (!existsSync(file)) continue;
  const results = JSON.parse(readFileSync(file, "utf8"));
  passed += results.numPassedTests;
  failed += results.numFailedTests;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(status === 0 && failed === 0 ? 0 : 1);
