// Runs turbo with the repository's own pnpm on its PATH: `node scripts/turbo.mjs run build`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compileCache, npxPnpm, root, setup } from "./setup.mjs";

/** Ends when turbo has ended; answers its exit status. */
export function turbo(...options) {
  setup();
  const run = spawnSync("npx", [...npxPnpm, "exec", "turbo", ...options], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
  });
  return run.status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(turbo(...process.argv.slice(2)));
