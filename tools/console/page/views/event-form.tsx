import { useState } from "preact/hooks";
import { laidOut } from "../parts/format.ts";
import { TextBlock } from "../parts/text-block.tsx";
import { change, messageOf } from "../state/api.ts";
import { hrefOf } from "../state/route.ts";

interface Answered {
  readonly requestId: string;
  /** Absent for an event that was accepted. */
  readonly answer?: string;
  readonly failed?: boolean;
}

/** Sends an event to a function, edited or not. */
export function EventForm({ functionName, event }: { readonly functionName: string; readonly event: string }) {
  const [text, setText] = useState(laidOut(event));
  const [wait, setWait] = useState(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [answered, setAnswered] = useState<Answered>();

  async function send(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    setAnswered(undefined);
    try {
      setAnswered(await change<Answered>("POST", "/api/invocations", { function: functionName, event: text, wait }));
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  }

  return (
    <form
      class="send-form"
      onSubmit={(submitted) => {
        submitted.preventDefault();
        void send();
      }}
    >
      <label>
        Event
        <textarea rows={12} spellcheck={false} value={text} onInput={(input) => setText(input.currentTarget.value)} />
      </label>
      <label class="inline">
        <input type="checkbox" checked={wait} onChange={(input) => setWait(input.currentTarget.checked)} />
        wait for the answer (otherwise asynchronous, with retries)
      </label>
      <p class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {busy ? "Sending …" : "Send"}
        </button>
      </p>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {answered !== undefined && (
        <div role="status">
          <p>
            {answered.answer === undefined ? "Accepted" : answered.failed === true ? "The function failed" : "Answered"}
            ; request <a href={hrefOf("story", answered.requestId)}>{answered.requestId}</a>
          </p>
          {answered.answer !== undefined && <TextBlock label="What came back" text={answered.answer} />}
        </div>
      )}
    </form>
  );
}
