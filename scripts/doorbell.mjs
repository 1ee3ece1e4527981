// `doorbell …` from a fresh clone: sets up what is missing, then runs the command on Node 24.
//
// The command must not outlive the npm or pnpm of its terminal, not even when one of the processes between is killed with -9. So
// this process watches those above it, and the command holds one end of a pipe (file descriptor 3) whose other end dies with
// this process.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { findLaunchers, watchLaunchers } from "./launchers.mjs";
import { compileCache, node24, root, setup } from "./setup.mjs";

const launchers = findLaunchers();
setup();
const child = spawn(node24, [join(root, "tools/cli/src/main.ts"), ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit", "pipe"],
  env: { NODE_COMPILE_CACHE: compileCache, ...process.env, DOORBELL_LIFELINE_FD: "3", DOORBELL_ROOT: root }, // From a folder of no project, this one is meant.
});
const lifeline = child.stdio[3];
lifeline.on("error", () => {}); // The command ended with something unread.

// Ctrl-C reaches the child by itself (same terminal), and `kill` only this process, so it is passed on. A SIGINT may be either;
// SIGTERM asks for the same clean end and, unlike a second SIGINT, never for a sudden one.
let interrupted = false;
process.on("SIGINT", () => {
  interrupted = true;
  child.kill("SIGTERM");
});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
const stopWatching = watchLaunchers(launchers, () => lifeline.destroy());

child.on("error", (error) => {
  process.stderr.write(`doorbell could not be started: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code) => {
  stopWatching();
  process.exitCode = code ?? (interrupted ? 130 : 1);
  lifeline.destroy();
});
