import { randomUUID } from "node:crypto";
import type { FailuresPort } from "./console-ports.ts";
import type { RedriveJob, RedriveResult } from "./protocol.ts";

/** A redrive waits so long before it starts, and until then it can be undone as if it had never been. */
export const UNDO_MS = 5_000;
/** Ended ones that are still shown. */
const KEPT_JOBS = 20;
const MAX_DETAILS = 50;

/*
 *   waiting ──undo──▶ undone
 *   waiting ──UNDO_MS──▶ running ──all sent, or stopped, or broken off──▶ ended
 *
 * One runs at a time: two would hold each other's messages.
 */

/** Redrives that were asked for. */
export interface RedriveJobs {
  /** Waits, then sends the failures back; `edited` goes in the place of what the only one of them holds. */
  start(ids: readonly string[], edited?: string): RedriveJob;
  /** Undoes one that waits, stops one that runs after the failure that is under way; undefined where there is none. */
  stop(id: string): RedriveJob | undefined;
  readonly all: readonly RedriveJob[];
  /** Stops all, and waits for the failure that is under way. */
  close(): Promise<void>;
}

/** No redrive yet. `tell` hears of every change of one. */
export function createRedriveJobs({
  failures,
  tell,
  undoMs = UNDO_MS,
}: {
  readonly failures: Pick<FailuresPort, "redrive">;
  readonly tell: (job: RedriveJob) => void;
  readonly undoMs?: number;
}): RedriveJobs {
  const jobs = new Map<string, RedriveJob>();
  const stops = new Map<string, () => void>();
  let last: Promise<void> = Promise.resolve();

  function change(id: string, over: Partial<RedriveJob>): RedriveJob | undefined {
    const job = jobs.get(id);
    if (job === undefined) return undefined;
    const changed = { ...job, ...over };
    jobs.set(id, changed);
    tell(changed);
    return changed;
  }

  async function run(
    id: string,
    ids: readonly string[],
    edited: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    change(id, { state: "running" });
    const counts: Record<string, number> = {};
    const details: RedriveResult[] = [];
    let done = 0;
    let problem: string | undefined;
    try {
      await failures.redrive(ids, {
        ...(edited !== undefined && { edited }),
        signal,
        onResult(result) {
          done += 1;
          counts[result.result] = (counts[result.result] ?? 0) + 1;
          if (result.detail !== undefined && details.length < MAX_DETAILS) details.push(result);
          change(id, { done, counts: { ...counts }, details: [...details] });
        },
      });
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    stops.delete(id);
    change(id, { state: "ended", stopped: signal.aborted, ...(problem !== undefined && { problem }) });
  }

  function forgetOld(): void {
    const ended = [...jobs.values()].filter(({ state }) => state === "ended" || state === "undone");
    for (const { id } of ended.slice(0, Math.max(0, ended.length - KEPT_JOBS))) jobs.delete(id);
  }

  return {
    get all() {
      return [...jobs.values()];
    },
    start(ids, edited) {
      forgetOld();
      const id = randomUUID();
      const stopping = new AbortController();
      const job: RedriveJob = {
        id,
        state: "waiting",
        startsAt: Date.now() + undoMs,
        total: ids.length,
        done: 0,
        counts: {},
        details: [],
        stopped: false,
      };
      jobs.set(id, job);
      const timer = setTimeout(() => {
        last = last.then(() => run(id, ids, edited, stopping.signal));
      }, undoMs);
      stops.set(id, () => {
        clearTimeout(timer);
        stopping.abort();
        if (jobs.get(id)?.state === "waiting") {
          stops.delete(id);
          change(id, { state: "undone", stopped: true });
        }
      });
      tell(job);
      return job;
    },
    stop(id) {
      stops.get(id)?.();
      return jobs.get(id);
    },
    async close() {
      for (const stop of stops.values()) stop();
      await last;
    },
  };
}
