// Installs everything on a fresh clone; does nothing, and says nothing, when all is there.
// Runs on the machine's own Node (20 or later); everything after it runs on Node 24 out of node_modules.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildConsolePage } from "./console-page.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Node 24, the version of Lambda's runtime, as the npm package `node` installs it. */
export const node24 = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/** `npx` arguments that run the pnpm version which package.json names, whatever the machine has. */
export const npxPnpm = ["--yes", JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager];

/** Where Node keeps what it compiled, so that the next process starts in half the time (`NODE_COMPILE_CACHE`). */
export const compileCache = join(root, "node_modules", ".cache", "node-compile");

const stamp = join(root, "node_modules", ".doorbell-setup");

/** Changes whenever an install would bring something else: lock file, workspace file, patches, any manifest, the platform. */
function digestOfInputs() {
  const workspaces = ["apps", "packages", "tools"].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  const patches = readdirSync(join(root, "patches")).map((name) => `patches/${name}`);
  const manifests = [".", "infra", "ops", "bench", "tests", "turbo/generators", ...workspaces].map(
    (folder) => `${folder}/package.json`,
  );
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...patches, ...manifests]) {
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/** Installs what is missing, and builds the console's page where it is not built of its sources. Ends the process with what to do about it when that fails. */
export function setup() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20)
    fail(`Doorbell needs Node 20 or later to start; this is ${process.version}. Install a newer one from nodejs.org.`);
  install();
  const problem = buildConsolePage(root, node24);
  if (problem !== undefined) fail(`${problem}\nThe page of the console could not be built; the reason is above.`);
}

function install() {
  const digest = digestOfInputs();
  if (existsSync(node24) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  process.stderr.write("Installing dependencies (under three minutes the first time) …\n");
  const run = spawnSync("npx", [...npxPnpm, "install", "--frozen-lockfile"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (run.error) fail(`npx could not be started: ${run.error.message}`);
  if (run.status !== 0)
    fail(`${run.stdout}${run.stderr}\nThe install failed; its output is above. Run 'npm run setup' again.`);
  writeFileSync(stamp, digest);
  process.stderr.write("Installed.\n");
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
