import { useState } from "preact/hooks";
import type { FileProgress } from "../../src/protocol.ts";
import { count } from "../parts/format.ts";
import { hrefOf, route } from "../state/route.ts";
import { session } from "../state/store.ts";
import { followFile, putFile } from "./put-file.ts";

/** A file on its way. */
interface Sending {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  /** Of the bytes, 0 to 1. */
  readonly uploaded: number;
  readonly progress?: FileProgress;
  readonly problem?: string;
  readonly ended: boolean;
}

/** Files that are dropped or chosen go into a bucket, each with a bar that ends in what became of it. */
export function FileForm() {
  const buckets = (session.value?.buckets ?? []).toSorted((a, b) => Number(b.notifies) - Number(a.notifies));
  const [bucket, setBucket] = useState(route.value.query["bucket"] ?? buckets[0]?.name ?? "");
  const [folder, setFolder] = useState("");
  const [over, setOver] = useState(false);
  const [sendings, setSendings] = useState<readonly Sending[]>([]);

  async function send(file: File): Promise<void> {
    const id = performance.now() + Math.random();
    const put = (change: Partial<Sending>): void =>
      setSendings((all) => all.map((each) => (each.id === id ? { ...each, ...change } : each)));
    setSendings((all) => [{ id, name: file.name, bytes: file.size, uploaded: 0, ended: false }, ...all].slice(0, 50));
    try {
      const object = await putFile(file, { bucket, key: `${folder}${file.name}` }, (uploaded) => put({ uploaded }));
      put({ uploaded: 1 });
      await followFile(object, (progress) => put({ progress }));
    } catch (error) {
      put({ problem: error instanceof Error ? error.message : String(error) });
    }
    put({ ended: true });
  }

  if (buckets.length === 0) return <p class="empty">This project has no bucket.</p>;
  return (
    <div class="send-form">
      <label>
        Bucket
        <select value={bucket} onChange={(event) => setBucket(event.currentTarget.value)}>
          {buckets.map(({ name, label, notifies }) => (
            <option key={name} value={name}>
              {label}
              {notifies ? "" : " (tells nobody)"}
            </option>
          ))}
        </select>
      </label>
      <label>
        Prefix of the key
        <input value={folder} placeholder="such as acme/" onInput={(event) => setFolder(event.currentTarget.value)} />
      </label>
      <label
        class={over ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          for (const file of event.dataTransfer?.files ?? []) void send(file);
        }}
      >
        Drop files here, or choose them
        <input
          type="file"
          multiple
          onChange={(event) => {
            for (const file of event.currentTarget.files ?? []) void send(file);
            event.currentTarget.value = "";
          }}
        />
      </label>
      <ul class="plain-list sendings" aria-label="Files">
        {sendings.map((sending) => (
          <li key={sending.id} class={sending.problem !== undefined || sending.progress?.failed === true ? "bad" : ""}>
            <strong>{sending.name}</strong> <span class="muted">{count(sending.bytes)} bytes</span>
            <Bar sending={sending} />
            <p role="status">{wordsOf(sending)}</p>
            {sending.progress !== undefined && (
              <dl class="facts">
                {Object.entries(sending.progress.facts).map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            )}
            {sending.progress?.facts["upload"] !== undefined && (
              <a href={hrefOf("story", sending.progress.facts["upload"])}>Its story</a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Without a value it moves by itself: work goes on, and nobody can tell how much is left. */
function Bar({ sending: { name, uploaded, progress, ended } }: { readonly sending: Sending }) {
  const label = `Progress of ${name}`;
  if (ended || uploaded < 1) return <progress aria-label={label} max={1} value={ended ? 1 : uploaded} />;
  return progress?.fraction === undefined ? (
    <progress aria-label={label} />
  ) : (
    <progress aria-label={label} max={1} value={progress.fraction} />
  );
}

function wordsOf({ uploaded, progress, problem, ended }: Sending): string {
  if (problem !== undefined) return problem;
  if (progress !== undefined) return progress.says;
  if (uploaded < 1) return `${Math.round(uploaded * 100)} % put`;
  return ended ? "Put. What came of it shows in the invocations." : "Put; waiting for what becomes of it …";
}
