import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { InvocationPage, InvocationRow } from "../../src/protocol.ts";
import { clock, count, counted, duration } from "../parts/format.ts";
import { OUTCOME_WORDS } from "../parts/outcome-words.ts";
import { VirtualList } from "../parts/virtual-list.tsx";
import { ask, messageOf } from "../state/api.ts";
import { replace, route } from "../state/route.ts";
import { labelOf, onInvocations, session, sourceLabelOf } from "../state/store.ts";
import { InvocationPanel } from "./invocation-panel.tsx";

/** The page holds no more rows; the server keeps as many. */
const MAX_ROWS = 100_000;
const PAGE_ROWS = 200;
const ROW_HEIGHT = 30;

/** The invocations, the latest first, as they come; narrowed by function, outcome and text. */
export function InvocationsView() {
  const { query, open } = route.value;
  const { function: functionName = "", outcome = "", text = "" } = query;
  const [rows, setRows] = useState<readonly InvocationRow[]>([]);
  const [fresh, setFresh] = useState(0);
  const [problem, setProblem] = useState<string>();
  const [loading, setLoading] = useState(true);
  const [before, setBefore] = useState<number>();
  const [selected, select] = useState(-1);
  const [turn, again] = useState(0);
  const atTop = useRef(true);

  function narrow(change: Record<string, string>): void {
    replace({ view: "invocations", open: undefined, query: { ...query, ...change } });
  }

  async function load(from: number | undefined, signal: AbortSignal): Promise<void> {
    setLoading(true);
    try {
      const search = new URLSearchParams(
        Object.entries({
          function: functionName,
          outcome,
          text,
          before: from === undefined ? "" : String(from),
          limit: String(PAGE_ROWS),
        }).filter(([, value]) => value !== ""),
      );
      const page = await ask<InvocationPage>(`/api/invocations?${search}`, signal);
      if (signal.aborted) return;
      setRows((known) => (from === undefined ? page.rows : [...known, ...page.rows]).slice(0, MAX_ROWS));
      setBefore(page.before);
      setProblem(undefined);
      setLoading(false);
    } catch (error) {
      if (signal.aborted) return;
      setProblem(messageOf(error));
      setLoading(false);
    }
  }

  useEffect(() => {
    const leaving = new AbortController();
    setFresh(0);
    select(-1);
    void load(undefined, leaving.signal);
    return () => leaving.abort();
  }, [functionName, outcome, text, turn]);

  useEffect(
    () =>
      onInvocations((latest, missed) => {
        if (missed > 0) return again((turns) => turns + 1);
        const own = latest.filter(
          (row) =>
            (functionName === "" || row.function === functionName) && (outcome === "" || row.outcome === outcome),
        );
        if (own.length === 0) return undefined;
        // Whether a text is in an event is known to the server alone, and rows that move under the pointer are a nuisance.
        if (text !== "" || !atTop.current) return setFresh((number) => number + own.length);
        setRows((known) => [...own.toReversed(), ...known].slice(0, MAX_ROWS));
        select((index) => (index < 0 ? index : index + own.length));
        return undefined;
      }),
    [functionName, outcome, text],
  );

  return (
    <div class="with-panel">
      <section class="list-view" aria-label="Invocations">
        <Filters query={query} narrow={narrow} />
        {problem !== undefined && <p role="alert">{problem}</p>}
        {fresh > 0 && (
          <button type="button" class="fresh" onClick={() => again((turns) => turns + 1)}>
            {counted(fresh, "new invocation")}
          </button>
        )}
        <div class="row head" aria-hidden="true">
          <span>began</span>
          <span>function</span>
          <span>event source</span>
          <span>records</span>
          <span>attempt</span>
          <span>duration</span>
          <span>outcome</span>
        </div>
        <VirtualList
          label="Invocations, the latest first"
          length={rows.length}
          rowHeight={ROW_HEIGHT}
          selected={selected}
          select={select}
          openRow={(index) => {
            const row = rows[index];
            if (row !== undefined) replace({ ...route.value, open: String(row.place) });
          }}
          keyOf={(index) => rows[index]?.place ?? -1 - index}
          row={(index) => <Row row={rows[index]} />}
          nearEnd={() => {
            if (before !== undefined && !loading && rows.length < MAX_ROWS)
              void load(before, new AbortController().signal);
          }}
          scrolled={(top) => (atTop.current = top)}
        />
        {rows.length === 0 && !loading && (
          <p class="empty">No invocation {text + functionName + outcome === "" ? "yet" : "is like this"}.</p>
        )}
        <p class="footnote" aria-live="polite">
          {loading ? "Looking …" : `${count(rows.length)} shown${before === undefined ? "" : ", more below"}`}
        </p>
      </section>
      {open !== undefined && (
        <InvocationPanel key={open} place={Number(open)} close={() => replace({ ...route.value, open: undefined })} />
      )}
    </div>
  );
}

function Filters({
  query,
  narrow,
}: {
  readonly query: Readonly<Record<string, string>>;
  readonly narrow: (change: Record<string, string>) => void;
}) {
  const [text, setText] = useState(query["text"] ?? "");
  useSignalEffect(() => setText(route.value.query["text"] ?? ""));
  return (
    <form
      class="filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        narrow({ text });
      }}
    >
      <label>
        Function
        <select value={query["function"] ?? ""} onChange={(event) => narrow({ function: event.currentTarget.value })}>
          <option value="">all</option>
          {session.value?.functions.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        Outcome
        <select value={query["outcome"] ?? ""} onChange={(event) => narrow({ outcome: event.currentTarget.value })}>
          <option value="">all</option>
          {Object.entries(OUTCOME_WORDS).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label class="grow">
        Id or text
        <input
          type="search"
          data-search
          value={text}
          placeholder="in ids, events, answers, errors"
          onInput={(event) => setText(event.currentTarget.value)}
          onSearch={() => narrow({ text })}
        />
      </label>
      <button type="submit">Search</button>
    </form>
  );
}

function Row({ row }: { readonly row: InvocationRow | undefined }) {
  if (row === undefined) return null;
  const { startedAt, source, sourceName, records, attempt, durationMs, initMs, outcome, problem } = row;
  return (
    <div class={`row ${outcome}`}>
      <span>{clock(startedAt)}</span>
      <span>{labelOf(row.function)}</span>
      <span title={sourceName}>
        {source} {sourceLabelOf(sourceName)}
      </span>
      <span class="number">{count(records)}</span>
      <span class="number">{attempt > 1 ? `${attempt}` : ""}</span>
      <span class="number">
        {duration(durationMs)}
        {initMs !== undefined && <span class="cold"> cold</span>}
      </span>
      <span class="outcome" title={problem}>
        {OUTCOME_WORDS[outcome]}
        {problem !== undefined && `: ${problem}`}
      </span>
    </div>
  );
}
