// `npm run check:packages`: packs what is published, installs it outside the workspace, and runs what the READMEs show.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildServices, importEverything, installOutside, NODE_VERSIONS } from "./outside-project.ts";
import { packChecked, PUBLISHED, root } from "./published-packages.ts";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "doorbell-packages-"));
const project = mkdtempSync(join(tmpdir(), "doorbell-outside-"));
const { packageManager }: { packageManager: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const started = performance.now();

async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  process.stdout.write(`${what} (${secondsSince(began)})\n`);
  return result;
}

function secondsSince(began: number): string {
  return `${((performance.now() - began) / 1_000).toFixed(1)} s`;
}

try {
  const tarballs = await step("packed, and right for publint and attw", () => packChecked(folder, packageManager));
  await step("installed by npm in an empty folder", () => installOutside(project, tarballs));
  await step("type-checked under nodenext and bundler, and bundled", () => buildServices(project, PUBLISHED));
  await Promise.all(
    Object.keys(NODE_VERSIONS).map(async (alias) => {
      const node = join(project, "node_modules", alias, "bin", "node");
      if (!existsSync(node)) throw new Error(`npm installed no Node at ${node}`);
      await importEverything(project, node, PUBLISHED);
      process.stdout.write(await run([node, join(import.meta.dirname, "run-services.ts"), project], root));
    }),
  );
  process.stdout.write(`all of it in ${secondsSince(started)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  for (const each of [folder, project]) rmSync(each, { recursive: true, force: true });
}
