// `npm test`: every check of the repository, through turbo's cache; prints the sum of all test results.
// With `--deep` it is `npm run test:deep`: what takes minutes, and nothing else.
// Other arguments go to turbo: `npm test -- --affected` checks what differs from main, and sums only that.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";
import { turbo } from "./turbo.mjs";

const deep = process.argv.includes("--deep");
const options = process.argv.slice(2).filter((option) => option !== "--deep");

const folders = ["apps", "packages", "tools"].flatMap((folder) =>
  readdirSync(join(root, folder)).map((name) => join(folder, name)),
);
const resultFiles = [...folders, "infra", "ops", "tests", "turbo/generators"].map((folder) =>
  join(root, folder, deep ? "deep-test-results.json" : "test-results.json"),
);

// Results of an earlier run are not this run's: turbo puts those that are still true back from its cache.
for (const file of resultFiles) rmSync(file, { force: true });

const checks = ["typecheck", "lint", "test", "check:format", "check:unused", "check:scripts", "check:references"];
const status = turbo(
  "run",
  ...(deep ? ["test:deep"] : checks),
  "--continue",
  // The deep tests kill processes and measure nothing: one package after another.
  deep ? "--concurrency=1" : "--concurrency=2",
  deep ? "--output-logs=full" : "--output-logs=errors-only",
  ...options,
);

let passed = 0;
let failed = 0;
for (const file of resultFiles) {
  if (!existsSync(file)) continue;
  const results = JSON.parse(readFileSync(file, "utf8"));
  passed += results.numPassedTests;
  failed += results.numFailedTests;
}
process.stdout.write(`${deep ? "test:deep: " : ""}${passed} passed, ${failed} failed\n`);
process.exit(status === 0 && failed === 0 ? 0 : 1);
