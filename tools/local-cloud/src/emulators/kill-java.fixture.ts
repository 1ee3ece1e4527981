import { execFileSync } from "node:child_process";

/** `kill -9` of the Java process that `parent` has started. */
export function killJava(parent: number): void {
  const java = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(?:.*\/)?java\s*$/.exec(line))
    .filter((found) => Number(found?.[2]) === parent)
    .map((found) => Number(found?.[1]));
  if (java.length !== 1) throw new Error(`The process ${parent} has ${java.length} Java processes, expected 1.`);
  for (const pid of java) process.kill(pid, "SIGKILL");
}
