import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** The state of a socket that listens, in `/proc/net/tcp`. */
const LISTENING = "0A";

/** A process by id and start time, since ids are used again. */
type Identity = string;

/** The processes of this machine by parent, as Linux's /proc tells. */
function processes(): Map<number, { readonly parent: number; readonly identity: Identity; readonly zombie: boolean }> {
  const found = new Map<number, { parent: number; identity: Identity; zombie: boolean }>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      found.set(Number(name), {
        parent: Number(fields[1]),
        identity: `${name}@${fields[19]}`,
        zombie: fields[0] === "Z",
      });
    } catch {
      // It ended while it was being read.
    }
  }
  return found;
}

function listenersOf(pid: number): string[] {
  const folder = `/proc/${pid}`;
  const sockets = new Set(
    readdirSync(`${folder}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/fd/${fd}`))?.[1] ?? []),
  );
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`${folder}/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .flatMap((fields) => (fields[3] === LISTENING && sockets.has(fields[9] ?? "") ? [fields[1] ?? ""] : [])),
  );
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // It was closed meanwhile.
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return ""; // It ended meanwhile.
  }
}

/** Collects every process that descends from a root while it lives, so that orphans are known after its death. */
export class ProcessTree {
  readonly #root: number;
  readonly #seen = new Set<Identity>();

  constructor(root: number) {
    this.#root = root;
  }

  /** Looks now; call it again and again. Answers how many descendants have been seen so far. */
  look(): number {
    const all = processes();
    const within = (pid: number): boolean => pid === this.#root || (pid > 1 && within(all.get(pid)?.parent ?? 0));
    for (const [pid, { identity }] of all) if (within(pid)) this.#seen.add(identity);
    return this.#seen.size - 1;
  }

  /** The processes from the root down to a descendant whose command line fits, with their command lines; empty where there is none. */
  chainTo(fits: (command: string) => boolean): { readonly pid: number; readonly command: string }[] {
    const all = processes();
    const chainOf = (pid: number): number[] | undefined => {
      if (pid === this.#root) return [pid];
      const parent = all.get(pid)?.parent ?? 0;
      const above = parent > 1 ? chainOf(parent) : undefined;
      return above === undefined ? undefined : [...above, pid];
    };
    const chains = [...all.keys()].filter((pid) => fits(commandOf(pid))).map((pid) => chainOf(pid) ?? []);
    // A shell's command line names what it runs: the last in the chain is the one that is meant.
    const longest = chains.toSorted((a, b) => b.length - a.length)[0] ?? [];
    return longest.map((pid) => ({ pid, command: commandOf(pid) }));
  }

  /** Where its processes that were seen and still live listen: address and port, as Linux writes them, in hexadecimal. */
  listeners(): string[] {
    return [...processes()].flatMap(([pid, { identity }]) => (this.#seen.has(identity) ? listenersOf(pid) : []));
  }

  /** Ends with `kill -9` every descendant that was seen and still lives. */
  kill(): void {
    for (const [pid, { identity, zombie }] of processes()) {
      if (zombie || !this.#seen.has(identity)) continue;
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    }
  }

  /** Waits until none of them is left; answers those that still live at the end of the time. */
  async survivors(timeoutMs: number): Promise<Identity[]> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const alive = [...processes().values()].filter(({ identity, zombie }) => !zombie && this.#seen.has(identity));
      if (alive.length === 0 || performance.now() > deadline) return alive.map(({ identity }) => identity);
      await delay(50);
    }
  }
}
