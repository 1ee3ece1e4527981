// Builds the page of the console (tools/console) when it is not built yet, or its sources have changed since; about a second.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const INPUTS = ["page", "src/protocol.ts", "vite.config.ts", "package.json"];

/** Answers what went wrong; undefined where the page is there. */
export function buildConsolePage(root, node) {
  const folder = join(root, "tools", "console");
  const stamp = join(folder, "dist", "page", "built-from.txt");
  const digest = digestOf(folder);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return undefined;
  // Beside the page, and put in its place at the end: somebody may be reading it, or building it, too.
  const outDir = join(folder, "dist", `page-${process.pid}`);
  const vite = join(folder, "node_modules", "vite", "bin", "vite.js");
  const run = spawnSync(node, [vite, "build", "--outDir", outDir, "--emptyOutDir"], { cwd: folder, encoding: "utf8" });
  if (run.status !== 0) return run.error?.message ?? `${run.stdout}${run.stderr}`;
  writeFileSync(join(outDir, "built-from.txt"), digest);
  rmSync(join(folder, "dist", "page"), { recursive: true, force: true });
  renameSync(outDir, join(folder, "dist", "page"));
  return undefined;
}

function digestOf(folder) {
  const hash = createHash("sha256");
  for (const input of INPUTS) {
    const path = join(folder, input);
    const files = statSync(path).isFile()
      ? [path]
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .toSorted();
    for (const file of files) hash.update(file.slice(folder.length)).update(readFileSync(file));
  }
  return hash.digest("hex");
}
