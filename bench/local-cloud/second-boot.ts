// How soon a small project of somebody else's is ready once it was booted before: two of examples/, one without a table and one with.
//
//   node scripts/node24.mjs bench/local-cloud/second-boot.ts [--boots 5]
//
// Needs SST's platform in the repository (sst-graph install-platform) for the first boot, which is not counted. Prints the median,
// from the start of `startLocalCloud` in a process of its own, and the machine's load.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

const { values } = parseArgs({ options: { boots: { type: "string", default: "5" } } });
const repository = fileURLToPath(new URL("../..", import.meta.url));
const library = new URL("../../tools/local-cloud/src/start-local-cloud.ts", import.meta.url).href;
const run = promisify(execFile);

/** Boots the project in a new process; milliseconds. */
async function bootMs(root: string): Promise<number> {
  const program = `
    const { startLocalCloud } = await import(${JSON.stringify(library)});
    const begun = performance.now();
    const cloud = await startLocalCloud({ root: ${JSON.stringify(root)}, stage: "local", notice: () => {} });
    console.log(performance.now() - begun);
    await cloud.stop();`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program]);
  return Math.round(Number(stdout));
}

const folder = await mkdtemp(join(tmpdir(), "doorbell-second-boot-"));
try {
  // Handlers find the SDK and SST there, as in a project that installed them.
  const modules = join(folder, "node_modules");
  await mkdir(modules);
  await symlink(join(repository, "tools", "local-cloud", "node_modules", "@aws-sdk"), join(modules, "@aws-sdk"));
  await symlink(join(repository, "node_modules", "sst"), join(modules, "sst"));
  for (const [example, goalMs] of [
    ["bucket", 1_000],
    ["table-stream", 3_000],
  ] as const) {
    const root = join(folder, example);
    await cp(join(repository, "examples", example), root, { recursive: true });
    await mkdir(join(root, ".sst"), { recursive: true });
    await symlink(join(repository, ".sst", "platform"), join(root, ".sst", "platform"));
    await bootMs(root);
    const boots: number[] = [];
    for (let boot = 0; boot < Number(values.boots); boot++) boots.push(await bootMs(root));
    const median = boots.toSorted((a, b) => a - b)[Math.floor(boots.length / 2)];
    process.stdout.write(
      `${example}: ${median} ms (goal ${goalMs}), of ${boots.join(", ")}; load ${loadavg()
        .map((load) => load.toFixed(1))
        .join(" ")}\n`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
