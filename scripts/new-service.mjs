// `npm run new:service`: asks and writes a service; `npm run new:service -- --args NAME OWNER EVENT-SOURCE STRATEGY` does not ask.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { node24, root, setup } from "./setup.mjs";

setup();
const gen = join(root, "turbo", "generators", "node_modules", "@turbo", "gen", "dist", "cli.js");
const run = spawnSync(node24, [gen, "run", "service", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
process.exit(run.status ?? 1);
