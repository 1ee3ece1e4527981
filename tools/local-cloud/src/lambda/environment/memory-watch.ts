import { readFileSync } from "node:fs";

const POLL_MS = 20;

/** What a memory watch looks at. */
export interface Watched {
  readonly pid: number;
  readonly limitMb: number;
  /** Peak so far. */
  peakMb: number;
  exceeded(): void;
}

/** Looks every 20 ms at the peak resident set of processes that run an invocation. Linux only; elsewhere it reports 0. */
export interface MemoryWatch {
  add(watched: Watched): void;
  remove(watched: Watched): void;
  /** Reads the peak once, now. */
  sample(watched: Watched): void;
}

function peakMb(pid: number): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return found === null ? 0 : Math.ceil(Number(found[1]) / 1_024);
  } catch {
    return 0; // The process has ended, or this system has no /proc.
  }
}

/**
 * A limit on the address space (`ulimit -v`) would kill Node at its start, so the peak is polled: a process is caught a
 * few megabytes above its limit, and one that ends within 20 ms not at all.
 */
export function createMemoryWatch(): MemoryWatch {
  const watched = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;

  function sample(one: Watched): void {
    one.peakMb = Math.max(one.peakMb, peakMb(one.pid));
    if (one.peakMb > one.limitMb) one.exceeded();
  }

  return {
    sample,
    add(one) {
      watched.add(one);
      timer ??= setInterval(() => watched.forEach(sample), POLL_MS);
    },
    remove(one) {
      watched.delete(one);
      if (watched.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}
