import { useEffect, useMemo, useState } from "preact/hooks";
import type { FailureRow } from "../../src/protocol.ts";
import { counted } from "../parts/format.ts";
import { ask, messageOf } from "../state/api.ts";
import { redrive } from "../state/redrive.ts";
import { hrefOf, replace, route } from "../state/route.ts";
import { latest, redrives } from "../state/store.ts";
import { FailurePanel } from "./failure-panel.tsx";
import { RedriveBar } from "./redrive-bar.tsx";

/** The depth moves while something fails; a look at every move would be one all the time. */
const LOOK_AFTER_MS = 1_500;

/** What failed for good, grouped by kind and reason. */
export function FailuresView() {
  const { open, query } = route.value;
  const search = query["text"] ?? "";
  const [failures, setFailures] = useState<readonly FailureRow[]>();
  const [problem, setProblem] = useState<string>();
  const [looking, setLooking] = useState(false);
  const depth = latest.value?.failures ?? 0;
  const ended = redrives.value.filter(({ state }) => state === "ended").length;

  async function look(signal: AbortSignal): Promise<void> {
    setLooking(true);
    try {
      setFailures(await ask<readonly FailureRow[]>("/api/failures", signal));
      setProblem(undefined);
    } catch (error) {
      if (signal.aborted) return;
      setProblem(messageOf(error));
    }
    setLooking(false);
  }
  useEffect(() => {
    const leaving = new AbortController();
    const timer = setTimeout(() => void look(leaving.signal), failures === undefined ? 0 : LOOK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [depth, ended]);

  const found = useMemo(() => (failures ?? []).filter((failure) => mentions(failure, search)), [failures, search]);
  const groups = useMemo(() => grouped(found), [found]);
  const opened = failures?.find(({ id }) => id === open);

  return (
    <div class="with-panel">
      <section class="list-view" aria-label="Failures">
        <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
          <label class="grow">
            Search
            <input
              type="search"
              data-search
              value={search}
              placeholder="what failed, why, any id"
              onInput={(event) => replace({ view: "failures", open, query: { text: event.currentTarget.value } })}
            />
          </label>
          <button type="button" onClick={() => void look(new AbortController().signal)} disabled={looking}>
            {looking ? "Looking …" : "Look again"}
          </button>
          <RedriveButton
            ids={found.map(({ id }) => id)}
            words={search === "" ? "Redrive all" : "Redrive what is shown"}
            tell={setProblem}
          />
        </form>
        {problem !== undefined && <p role="alert">{problem}</p>}
        <RedriveBar />
        <div class="scroll" tabIndex={0} role="region" aria-label="List of failures">
          {failures === undefined && <p class="empty">Looking …</p>}
          {failures !== undefined && found.length === 0 && (
            <p class="empty">{search === "" ? "Nothing has failed for good." : "No failure mentions that."}</p>
          )}
          {groups.map(({ key, kind, reason, members }) => (
            <details key={key} class="group" open>
              <summary>
                <strong>{kind}</strong> {reason} <span class="muted">{counted(members.length, "failure")}</span>
              </summary>
              <RedriveButton
                ids={members.map(({ id }) => id)}
                words={`Redrive these ${members.length}`}
                tell={setProblem}
              />
              <ul class="plain-list">
                {members.map((failure) => (
                  <li key={failure.id}>
                    <a
                      href={hrefOf("failures", failure.id, query)}
                      aria-current={failure.id === open ? "true" : undefined}
                    >
                      <span class="what">{failure.what}</span>
                      <span class="muted">
                        {failure.place} ·{" "}
                        {failure.attempts === undefined ? "" : `${counted(failure.attempts, "attempt")} · `}
                        {failure.lastAt ?? failure.firstAt ?? ""}
                      </span>
                    </a>
                  </li>
                ))}
              </ul>
            </details>
          ))}
        </div>
      </section>
      {opened !== undefined && (
        <FailurePanel key={opened.id} failure={opened} close={() => replace({ ...route.value, open: undefined })} />
      )}
    </div>
  );
}

function RedriveButton({
  ids,
  words,
  tell,
}: {
  readonly ids: readonly string[];
  readonly words: string;
  readonly tell: (problem: string) => void;
}) {
  if (ids.length === 0) return null;
  return (
    <button type="button" onClick={() => void redrive(ids).catch((error: unknown) => tell(messageOf(error)))}>
      {words}
    </button>
  );
}

function mentions({ id, kind, place, what, reason, facts }: FailureRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    wanted === "" ||
    [id, kind, place, what, reason, ...Object.values(facts)].some((each) => each.toLowerCase().includes(wanted))
  );
}

/** Ids and numbers in a reason are of one failure alone. */
function alike(reason: string): string {
  return reason.replaceAll(/\b[0-9a-f]{8,}(?:-[0-9a-f]+)*\b|\d+/gi, "…");
}

function grouped(failures: readonly FailureRow[]) {
  const groups = new Map<string, { key: string; kind: string; reason: string; members: FailureRow[] }>();
  for (const failure of failures) {
    const key = `${failure.kind} ${alike(failure.reason)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { key, kind: failure.kind, reason: failure.reason, members: [failure] });
    else group.members.push(failure);
  }
  return [...groups.values()].toSorted((a, b) => b.members.length - a.members.length);
}
