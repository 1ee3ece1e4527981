import { useEffect, useState } from "preact/hooks";
import type { InvocationDetail } from "../../src/protocol.ts";
import { clock, count, duration } from "../parts/format.ts";
import { OUTCOME_WORDS } from "../parts/outcome-words.ts";
import { Panel } from "../parts/panel.tsx";
import { TextBlock } from "../parts/text-block.tsx";
import { ask, messageOf } from "../state/api.ts";
import { hrefOf } from "../state/route.ts";
import { labelOf } from "../state/store.ts";
import { EventForm } from "./event-form.tsx";

/** One invocation: event, answer, log lines, and where its time went. */
export function InvocationPanel({ place, close }: { readonly place: number; readonly close: () => void }) {
  const [detail, setDetail] = useState<InvocationDetail>();
  const [problem, setProblem] = useState<string>();
  const [sending, send] = useState(false);
  useEffect(() => {
    const leaving = new AbortController();
    ask<InvocationDetail>(`/api/invocations/${place}`, leaving.signal).then(setDetail, (error: unknown) => {
      if (!leaving.signal.aborted) setProblem(messageOf(error));
    });
    return () => leaving.abort();
  }, [place]);
  const row = detail?.row;
  return (
    <Panel title={row === undefined ? `Invocation ${place}` : `Invocation of ${labelOf(row.function)}`} close={close}>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {detail !== undefined && row !== undefined && (
        <>
          <dl class="facts">
            <Fact name="request id" value={row.requestId} />
            <Fact name="outcome" value={OUTCOME_WORDS[row.outcome]} />
            {row.problem !== undefined && <Fact name="problem" value={row.problem} />}
            <Fact name="event source" value={`${row.source} ${row.sourceName}`} />
            <Fact name="records" value={count(row.records)} />
            <Fact name="attempt" value={count(row.attempt)} />
            <Fact name="began" value={clock(row.startedAt)} />
          </dl>
          <p class="actions">
            <a href={hrefOf("story", row.requestId)}>What else names this id</a>
            {detail.event !== undefined && !sending && (
              <button type="button" onClick={() => send(true)}>
                Send again …
              </button>
            )}
          </p>
          {sending && detail.event !== undefined && <EventForm functionName={row.function} event={detail.event} />}
          <h3>Where its time went</h3>
          <Spans detail={detail} />
          {detail.event === undefined ? (
            <p class="empty">Its event and answer are not kept any more: later ones took their place.</p>
          ) : (
            <>
              <TextBlock label="Event" text={detail.event} />
              <TextBlock label="Answer" text={detail.answer ?? ""} />
            </>
          )}
          <h3>Log lines</h3>
          {detail.lines.length === 0 ? (
            <p class="empty">None that is still kept.</p>
          ) : (
            <ol class="lines" tabIndex={0} aria-label="Log lines">
              {detail.lines.map(({ time, line }, index) => (
                <li key={index}>
                  <time>{clock(time)}</time> <code>{line}</code>
                </li>
              ))}
            </ol>
          )}
        </>
      )}
    </Panel>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** The initialization of a cold start, the handler, and a mark for each line that it logged. */
function Spans({ detail: { row, lines } }: { readonly detail: InvocationDetail }) {
  const { initMs = 0, durationMs, startedAt } = row;
  const begin = startedAt - initMs;
  const whole = Math.max(initMs + durationMs, 1);
  const percent = (ms: number): string => `${Math.min(100, Math.max(0, (ms / whole) * 100)).toFixed(2)}%`;
  return (
    <div class="spans">
      {initMs > 0 && (
        <div class="span init" style={{ left: "0%", width: percent(initMs) }}>
          init {duration(initMs)}
        </div>
      )}
      <div class="span run" style={{ left: percent(initMs), width: percent(durationMs) }}>
        handler {duration(durationMs)}
      </div>
      {lines.map(({ time }, index) => (
        <i key={index} class="mark" style={{ left: percent(time - begin) }} />
      ))}
    </div>
  );
}
