// Runs the tests of examples/ as somebody else would: copied out of the workspace, with the libraries installed by npm from what
// pnpm would publish. SST's platform is the repository's own, so that it is installed once. `--keep` leaves the folder.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parse } from "yaml";
import { node24, npxPnpm, root, setup } from "./setup.mjs";

const PACKED = ["packages/aws-events", "tools/sst-graph", "tools/local-cloud", "tools/console", "tools/cli"];
/** What the examples import, beside the libraries. */
const CLIENTS = [
  "@aws-sdk/client-dynamodb",
  "@aws-sdk/client-eventbridge",
  "@aws-sdk/client-s3",
  "@aws-sdk/client-sns",
  "@aws-sdk/client-sqs",
  "sst",
  "vitest",
];

setup();
const env = { ...process.env, PATH: `${dirname(node24)}${delimiter}${process.env.PATH}` };
for (const name of Object.keys(env))
  if (/^(?:AWS|SST|npm_|DOORBELL)/.test(name) && !name.startsWith("npm_config_")) delete env[name];

// npm keeps its cache; everything else in a home folder is new, such as DynamoDB Local.
env.npm_config_cache ??= spawnSync("npm", ["config", "get", "cache"], { encoding: "utf8" }).stdout.trim();
const folder = mkdtempSync(join(tmpdir(), "doorbell-examples-"));
mkdirSync(join(folder, "home"));
env.HOME = join(folder, "home");
const failed = [];
try {
  run(root, process.execPath, [join(root, "scripts", "node24.mjs"), "tools/sst-graph/src/main.ts", "install-platform"]);
  for (const name of PACKED) run(join(root, name), "npx", [...npxPnpm, "pack", "--pack-destination", folder]);
  const tarballs = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  const { catalog } = parse(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8"));
  const dependencies = Object.fromEntries([
    ...tarballs.map((file) => [file.replace(/^doorbell-(.*)-\d+\.\d+\.\d+.*$/, "@doorbell/$1"), `file:${file}`]),
    ...CLIENTS.map((name) => [name, catalog[name]]),
  ]);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  run(folder, "npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"]);

  const named = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  for (const example of exampleNames().filter((name) => named.length === 0 || named.includes(name))) {
    const copy = join(folder, example);
    cpSync(join(root, "examples", example), copy, {
      recursive: true,
      filter: (path) => !/\.(?:sst|doorbell)$/.test(path),
    });
    mkdirSync(join(copy, ".sst"));
    symlinkSync(join(root, ".sst", "platform"), join(copy, ".sst", "platform"));
    const { status } = spawnSync("npm", ["test", "--silent"], { cwd: copy, env, stdio: "inherit" });
    if (status !== 0) failed.push(example);
  }
} finally {
  if (process.argv.includes("--keep")) process.stdout.write(`${folder}\n`);
  else rmSync(folder, { recursive: true, force: true });
}
if (failed.length > 0) process.stderr.write(`Examples that fail: ${failed.join(", ")}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

function exampleNames() {
  const entries = readdirSync(join(root, "examples"), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function run(cwd, command, args) {
  const { status } = spawnSync(command, args, { cwd, env, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with status ${status}`);
}
