import { useEffect, useState } from "preact/hooks";
import type { FailureDetail, FailureRow } from "../../src/protocol.ts";
import { laidOut } from "../parts/format.ts";
import { Panel } from "../parts/panel.tsx";
import { TextBlock } from "../parts/text-block.tsx";
import { ask, messageOf } from "../state/api.ts";
import { redrive } from "../state/redrive.ts";
import { hrefOf } from "../state/route.ts";

/** One failure: why, what it holds, and how to send it back, mended or as it is. */
export function FailurePanel({ failure, close }: { readonly failure: FailureRow; readonly close: () => void }) {
  const [content, setContent] = useState<string>();
  const [edited, setEdited] = useState<string>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const leaving = new AbortController();
    ask<FailureDetail>(`/api/failures/${encodeURIComponent(failure.id)}`, leaving.signal).then(
      (detail) => setContent(detail.content),
      (error: unknown) => {
        if (!leaving.signal.aborted) setProblem(messageOf(error));
      },
    );
    return () => leaving.abort();
  }, [failure.id]);

  const facts = Object.entries({
    place: failure.place,
    why: failure.reason,
    ...(failure.attempts !== undefined && { attempts: String(failure.attempts) }),
    ...(failure.firstAt !== undefined && { first: failure.firstAt }),
    ...(failure.lastAt !== undefined && { last: failure.lastAt }),
    id: failure.id,
    ...failure.facts,
  });
  const send = (text?: string): void =>
    void redrive([failure.id], text).then(close, (error: unknown) => setProblem(messageOf(error)));
  return (
    <Panel title={failure.what} close={close}>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {problem !== undefined && <p role="alert">{problem}</p>}
      <p class="actions">
        <button type="button" class="primary" onClick={() => send(edited)}>
          {edited === undefined ? "Redrive" : "Redrive as mended"}
        </button>
        {content !== undefined && (
          <button type="button" onClick={() => setEdited(edited === undefined ? laidOut(content) : undefined)}>
            {edited === undefined ? "Mend …" : "Leave it as it was"}
          </button>
        )}
        <a href={hrefOf("story", failure.id)}>What else names this id</a>
      </p>
      {content === undefined ? (
        problem === undefined && <p class="empty">Looking …</p>
      ) : edited === undefined ? (
        <TextBlock label="What is sent back" text={content} />
      ) : (
        <label class="mend">
          What is sent back in its place
          <textarea
            rows={18}
            spellcheck={false}
            value={edited}
            onInput={(event) => setEdited(event.currentTarget.value)}
          />
        </label>
      )}
    </Panel>
  );
}
