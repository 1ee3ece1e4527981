import { useEffect, useState } from "preact/hooks";
import type { RedriveJob } from "../../src/protocol.ts";
import { count, counted } from "../parts/format.ts";
import { change, messageOf } from "../state/api.ts";
import { putRedrive, redrives } from "../state/store.ts";

const WORDS: Readonly<Record<string, string>> = {
  handled: "handled",
  "already-done": "done already",
  sent: "sent",
  "failed-again": "failed again",
  kept: "not sent, still there",
  gone: "not there any more",
};

/** The redrives that wait, run, or have just ended. */
export function RedriveBar() {
  const jobs = redrives.value.filter(({ state }) => state !== "undone").slice(-3);
  if (jobs.length === 0) return null;
  return (
    <ul class="jobs plain-list" aria-label="Redrives">
      {jobs.map((job) => (
        <Job key={job.id} job={job} />
      ))}
    </ul>
  );
}

function Job({ job }: { readonly job: RedriveJob }) {
  const [problem, setProblem] = useState<string>();
  const stop = (): void =>
    void change<RedriveJob>("DELETE", `/api/redrives/${job.id}`).then(putRedrive, (error: unknown) =>
      setProblem(messageOf(error)),
    );
  const sums = Object.entries(job.counts).map(([result, number]) => `${count(number)} ${WORDS[result] ?? result}`);
  return (
    <li class={`job ${job.state}`} role="status">
      {job.state === "waiting" && (
        <>
          <Countdown to={job.startsAt} what={counted(job.total, "failure")} />
          <button type="button" onClick={stop}>
            Undo
          </button>
        </>
      )}
      {job.state === "running" && (
        <>
          <progress max={job.total} value={job.done} aria-label="Redrive" />
          {count(job.done)} of {count(job.total)}
          <button type="button" onClick={stop}>
            Stop
          </button>
        </>
      )}
      {job.state === "ended" && (
        <span>
          Redrive {job.stopped ? "stopped" : "ended"}: {sums.join(", ") || "nothing was sent"}.
        </span>
      )}
      {job.details.length > 0 && (
        <details>
          <summary>{counted(job.details.length, "remark")}</summary>
          <ul>
            {job.details.map(({ id, result, detail }) => (
              <li key={id}>
                {id.slice(0, 8)} {WORDS[result] ?? result}: {detail}
              </li>
            ))}
          </ul>
        </details>
      )}
      {(problem ?? job.problem) !== undefined && <span role="alert">{problem ?? job.problem}</span>}
    </li>
  );
}

function Countdown({ to, what }: { readonly to: number; readonly what: string }) {
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return (
    <span>
      {what} to be sent back in {Math.max(0, Math.ceil((to - now) / 1_000))} s
    </span>
  );
}
