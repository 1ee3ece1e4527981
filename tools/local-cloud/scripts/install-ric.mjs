// Installs AWS's own runtime client for Node (aws-lambda-ric) into the git-ignored folder `.ric`, where the tests of the
// execution environment find it and run over it, too. It compiles C++ for about a minute: it needs cmake, make, g++ and
// Python, and Node's headers, which node-gyp downloads unless npm's `nodedir` names a folder that has them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const VERSION = "4.0.2";
const folder = join(import.meta.dirname, "..", ".ric");
const client = join(folder, "node_modules", "aws-lambda-ric", "index.mjs");

if (existsSync(client)) {
  process.stdout.write(`aws-lambda-ric is installed in ${folder}; remove that folder to install it anew.\n`);
} else {
  mkdirSync(folder, { recursive: true });
  // A package of its own: npm must not look at the workspace around it.
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "ric", private: true }));
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund", `aws-lambda-ric@${VERSION}`], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    process.stderr.write("aws-lambda-ric could not be installed; it needs cmake, make, g++ and Python 3.\n");
    process.exitCode = 1;
  }
}
