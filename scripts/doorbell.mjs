// `doorbell …` from a fresh clone: sets up what is missing, then runs the command on Node 24.
//
// The command must not outlive the terminal's npm or pnpm, not even when those are killed with -9. So it holds one end of
// a pipe (file descriptor 3) whose other end dies with this process, and this process watches its own parent.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { node24, root, setup } from "./setup.mjs";

setup();
const child = spawn(node24, [join(root, "packages/cli/src/main.ts"), ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit", "pipe"],
  env: { ...process.env, DOORBELL_LIFELINE_FD: "3" },
});

// Ctrl-C reaches the child by itself (same terminal); `kill` reaches only this process, so it is passed on.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
const parent = process.ppid;
const watch = setInterval(() => {
  if (process.ppid !== parent) child.kill("SIGTERM");
}, 500);

child.on("error", (error) => {
  process.stderr.write(`doorbell could not be started: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  clearInterval(watch);
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  child.stdio[3].destroy();
});
