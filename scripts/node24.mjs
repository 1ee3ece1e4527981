// Runs a file of the repository on Node 24: `node scripts/node24.mjs FILE [ARGUMENT …]`.
import { spawnSync } from "node:child_process";
import { node24, root, setup } from "./setup.mjs";

setup();
const run = spawnSync(node24, process.argv.slice(2), { cwd: root, stdio: "inherit" });
process.exit(run.status ?? 1);
