import { useEffect, useState } from "preact/hooks";
import { ask, change, messageOf } from "../state/api.ts";
import { hrefOf, route } from "../state/route.ts";
import { session } from "../state/store.ts";
import { EventForm } from "./event-form.tsx";
import { FileForm } from "./file-form.tsx";

const WAYS = [
  ["file", "A file"],
  ["message", "A message"],
  ["event", "An event"],
] as const;

/** Puts something into the local cloud: a file, a message, an event. */
export function SendView() {
  const way = WAYS.find(([name]) => name === route.value.open)?.[0] ?? "file";
  return (
    <section class="send" aria-label="Send">
      <nav class="ways" aria-label="What to send">
        {WAYS.map(([name, words]) => (
          <a key={name} href={hrefOf("send", name)} aria-current={way === name ? "page" : undefined}>
            {words}
          </a>
        ))}
      </nav>
      <div class="scroll" tabIndex={0} role="region" aria-label="What to send">
        {way === "file" && <FileForm />}
        {way === "message" && <MessageForm />}
        {way === "event" && <SampleForm />}
      </div>
    </section>
  );
}

function MessageForm() {
  const queues = session.value?.queues ?? [];
  const [queue, setQueue] = useState(route.value.query["queue"] ?? queues[0]?.name ?? "");
  const [body, setBody] = useState("");
  const [groupId, setGroupId] = useState("");
  const [problem, setProblem] = useState<string>();
  const [sent, setSent] = useState<string>();
  const isFifo = queues.find(({ name }) => name === queue)?.fifo === true;

  async function send(): Promise<void> {
    setProblem(undefined);
    setSent(undefined);
    try {
      const { messageId } = await change<{ messageId: string }>("POST", "/api/messages", { queue, body, groupId });
      setSent(messageId);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  if (queues.length === 0) return <p class="empty">This project has no queue.</p>;
  return (
    <form
      class="send-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label>
        Queue
        <select value={queue} onChange={(event) => setQueue(event.currentTarget.value)}>
          {queues.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {isFifo && (
        <label>
          Message group
          <input value={groupId} placeholder="console" onInput={(event) => setGroupId(event.currentTarget.value)} />
        </label>
      )}
      <label>
        Body
        <textarea
          rows={14}
          spellcheck={false}
          required
          value={body}
          onInput={(event) => setBody(event.currentTarget.value)}
        />
      </label>
      <p class="actions">
        <button type="submit" class="primary">
          Send
        </button>
      </p>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {sent !== undefined && (
        <p role="status">
          Sent as <a href={hrefOf("story", sent)}>{sent}</a>
        </p>
      )}
    </form>
  );
}

function SampleForm() {
  const functions = session.value?.functions ?? [];
  const samples = session.value?.samples ?? [];
  const [functionName, setFunction] = useState(route.value.query["function"] ?? functions[0]?.name ?? "");
  const [sample, setSample] = useState("");
  const [event, setEvent] = useState("{}");
  const [problem, setProblem] = useState<string>();
  async function load(signal: AbortSignal): Promise<void> {
    const seed = Math.floor(Math.random() * 1_000_000);
    try {
      const made = await ask<unknown>(`/api/samples/${encodeURIComponent(sample)}?seed=${seed}`, signal);
      setEvent(JSON.stringify(made));
      setProblem(undefined);
    } catch (error) {
      if (!signal.aborted) setProblem(messageOf(error));
    }
  }
  useEffect(() => {
    if (sample === "") return undefined;
    const leaving = new AbortController();
    void load(leaving.signal);
    return () => leaving.abort();
  }, [sample]);
  return (
    <div class="send-form">
      <label>
        Function
        <select value={functionName} onChange={(changed) => setFunction(changed.currentTarget.value)}>
          {functions.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        Begin with a sample
        <select value={sample} onChange={(changed) => setSample(changed.currentTarget.value)}>
          <option value="">none</option>
          {samples.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p class="muted">
        An event of before is sent again from <a href={hrefOf("invocations")}>its invocation</a>.
      </p>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {functionName !== "" && <EventForm key={`${functionName} ${event}`} functionName={functionName} event={event} />}
    </div>
  );
}
