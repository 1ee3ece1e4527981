import { readFileSync, readdirSync } from "node:fs";

/** A process and all that it started, as they are now. */
export interface ProcessTree {
  /** Resident memory of each, in MB, by what it runs. */
  readonly residentMb: Readonly<Record<string, number>>;
  readonly totalMb: number;
}

/** Looks at a process and its descendants; on Linux alone. Pages that processes share count for each. */
export function processTree(root: number): ProcessTree {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const status = Number.isInteger(pid) ? readProc(pid, "status") : undefined;
    const parent = /^PPid:\s*(\d+)/m.exec(status ?? "")?.[1];
    if (parent !== undefined) parents.set(pid, Number(parent));
  }
  const isInside = (pid: number | undefined): boolean => pid === root || (!!pid && isInside(parents.get(pid)));
  const residentMb: Record<string, number> = {};
  for (const pid of parents.keys()) {
    if (!isInside(pid)) continue;
    const resident = Number(/^VmRSS:\s*(\d+)/m.exec(readProc(pid, "status") ?? "")?.[1] ?? 0) / 1024;
    const command = readProc(pid, "cmdline") ?? "";
    const name =
      ["LoopbackDynamoDB", "esbuild", "runtime-loop", "watchdog", "moto_server"].find((each) =>
        command.includes(each),
      ) ?? "main";
    residentMb[name] = Math.round((residentMb[name] ?? 0) + resident);
  }
  return { residentMb, totalMb: Object.values(residentMb).reduce((sum, each) => sum + each, 0) };
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined; // It has ended.
  }
}
