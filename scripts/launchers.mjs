// What started this script: its parent, and, where npm or pnpm ran it, every process up to that npm or pnpm. A shell stands between,
// and does not end when npm is killed with -9.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const WATCH_EVERY_MS = 500;

/**
 * Finds them; call it before anything that takes time. Not what is above them: a shell or a CI step that starts a cloud in
 * the background may end.
 *
 * @returns {{ pid: number, startedAt?: string }[]} the parent first
 */
export function findLaunchers() {
  return existsProc() ? launchersInProc() : launchersFromPs();
}

/** Calls `onDeath` once, as soon as one of them is gone. Answers how to stop watching. */
export function watchLaunchers(launchers, onDeath) {
  const watch = setInterval(() => {
    if (launchers.every(isAlive)) return;
    clearInterval(watch);
    onDeath();
  }, WATCH_EVERY_MS);
  return () => clearInterval(watch);
}

/** npm and pnpm name the script that they run in its environment, and so in that of the shell between, but not in their own. */
function launchersInProc() {
  const script = process.env.npm_lifecycle_event;
  const found = [];
  for (let pid = process.ppid; pid > 1;) {
    const facts = read(pid);
    if (facts === undefined) break;
    found.push({ pid, startedAt: facts.startedAt });
    const ranBy = environmentOf(pid).npm_lifecycle_event;
    // `npx pnpm …` is one command: npx counts.
    if (script === undefined || (ranBy !== script && ranBy !== "npx")) break;
    pid = facts.parent;
  }
  return found;
}

/** macOS shows no other process's environment: there, npm is what stands above the shell that it started. */
function launchersFromPs() {
  const found = [{ pid: process.ppid }];
  if (process.env.npm_lifecycle_event === undefined || process.platform === "win32") return found;
  const ps = spawnSync("ps", ["-o", "ppid=,comm=", "-p", String(process.ppid)], { encoding: "utf8" });
  const [, parent, command] = /^\s*(\d+)\s+(.*?)\s*$/.exec(ps.stdout ?? "") ?? [];
  if (parent !== undefined && /^-?(?:ba|da|z)?sh$/.test(basename(command))) found.push({ pid: Number(parent) });
  return found;
}

/** By its start time, too, where that is known: ids are used again. */
function isAlive({ pid, startedAt }, index) {
  if (index === 0 && process.ppid !== pid) return false;
  if (startedAt !== undefined) return read(pid)?.startedAt === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function existsProc() {
  return read(process.pid) !== undefined;
}

/** Parent and start time (proc_pid_stat(5)); undefined for a process that is gone, or dead and not yet collected. */
function read(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name before may hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : { parent: Number(fields[1]), startedAt: fields[19] };
  } catch {
    return undefined;
  }
}

function environmentOf(pid) {
  try {
    const lines = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return Object.fromEntries(lines.map((line) => [line.split("=", 1)[0], line.slice(line.indexOf("=") + 1)]));
  } catch {
    return {}; // Of another user, or gone.
  }
}
