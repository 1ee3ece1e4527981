import { useEffect, useState } from "preact/hooks";
import type { Story } from "../../src/protocol.ts";
import { clock } from "../parts/format.ts";
import { TextBlock } from "../parts/text-block.tsx";
import { ask, messageOf } from "../state/api.ts";
import { go, hrefOf, route } from "../state/route.ts";
import { labelOf, session } from "../state/store.ts";
import { Waterfall } from "./waterfall.tsx";

/** What happened to whatever one id names. */
export function StoryView() {
  const { open: id } = route.value;
  const [text, setText] = useState(id ?? "");
  const [story, setStory] = useState<Story>();
  const [problem, setProblem] = useState<string>();
  const [turn, again] = useState(0);
  const noun = session.value?.noun;
  useEffect(() => {
    setText(id ?? "");
    setStory(undefined);
    setProblem(undefined);
    if (id === undefined) return undefined;
    const leaving = new AbortController();
    ask<Story>(`/api/story?id=${encodeURIComponent(id)}`, leaving.signal).then(setStory, (error: unknown) => {
      if (!leaving.signal.aborted) setProblem(messageOf(error));
    });
    return () => leaving.abort();
  }, [id, turn]);

  return (
    <section class="story" aria-label="Story">
      <form
        class="filters"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() === id) again((turns) => turns + 1);
          else if (text.trim() !== "") go("story", text.trim());
        }}
      >
        <label class="grow">
          {noun === undefined ? "Any id" : `Id of one ${noun}, or any other id`}
          <input
            type="search"
            data-search
            value={text}
            placeholder="in logs, stores, events or failures"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary">
          Tell
        </button>
      </form>
      <div class="scroll" tabIndex={0} role="region" aria-label="What is known of it">
        {problem !== undefined && <p role="alert">{problem}</p>}
        {id === undefined && <p class="empty">Name an id, and see what happened to it across all services.</p>}
        {id !== undefined && story === undefined && problem === undefined && <p class="empty">Looking …</p>}
        {story !== undefined && <Told story={story} />}
      </div>
    </section>
  );
}

function Told({ story }: { readonly story: Story }) {
  const { id, summary, steps, records, invocations, failures } = story;
  return (
    <article>
      <h2>{id}</h2>
      {summary.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {failures.length > 0 && (
        <>
          <h3>Failed for good</h3>
          <ul>
            {failures.map((failure) => (
              <li key={failure.id}>
                <a href={hrefOf("failures", failure.id)}>{failure.what}</a>: {failure.kind}, {failure.reason}
              </li>
            ))}
          </ul>
        </>
      )}
      {(steps.length > 0 || invocations.length > 0) && (
        <>
          <h3>Time line</h3>
          <Waterfall steps={steps} invocations={invocations} />
        </>
      )}
      {steps.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">time</th>
              <th scope="col">where</th>
              <th scope="col">what</th>
            </tr>
          </thead>
          <tbody>
            {steps.map(({ at, service, kind, says }, index) => (
              <tr key={index} class={`step ${kind}`}>
                <td>{clock(Date.parse(at))}</td>
                <td>{service}</td>
                <td>{says}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {invocations.length > 0 && (
        <>
          <h3>Invocations</h3>
          <ul>
            {invocations.map((row) => (
              <li key={row.place}>
                <a href={hrefOf("invocations", String(row.place))}>
                  {clock(row.startedAt)} {labelOf(row.function)}
                </a>
                , {row.outcome}
              </li>
            ))}
          </ul>
        </>
      )}
      {records.map(({ title, json }) => (
        <TextBlock key={title} label={title} text={json} />
      ))}
    </article>
  );
}
