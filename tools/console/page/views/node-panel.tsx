import type { PictureNode } from "../../src/protocol.ts";
import { count, duration } from "../parts/format.ts";
import { Panel } from "../parts/panel.tsx";
import { Sparkline } from "../parts/sparkline.tsx";
import { hrefOf } from "../state/route.ts";
import { figures, latest, session } from "../state/store.ts";
import { minuteOf, sparkOf } from "./figure-words.ts";

/** One resource: its figures, its last minute, and where to go from it. */
export function NodePanel({ node, close }: { readonly node: PictureNode; readonly close: () => void }) {
  const own = latest.value?.nodes[node.id];
  const spark = sparkOf(node);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["name", node.name],
    ["a second", own && count(own.rate)],
    ["failed a second", own && count(own.errors)],
    [node.kind === "function" ? "asynchronous events queued" : "waiting", numberOf(own?.depth)],
    ["in flight", numberOf(own?.inFlight)],
    ["running", numberOf(own?.running)],
    ["execution environments", numberOf(own?.environments)],
    ["throttled a second", numberOf(own?.throttles)],
    ["mean duration", own?.durationMs === undefined ? undefined : duration(own.durationMs)],
    [
      node.kind === "table" ? "oldest record not handled" : "oldest message",
      own?.ageMs === undefined ? undefined : duration(own.ageMs),
    ],
    ["in the way", own?.problem],
  ];
  return (
    <Panel title={`${node.label}, ${node.kind}`} close={close}>
      <h3>{spark.title}, the last minute</h3>
      <Sparkline values={minuteOf(node, figures.value, spark.of)} width={360} height={140} axes />
      <dl class="facts">
        {rows.map(([name, value]) =>
          value === undefined ? undefined : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <p class="actions">
        {node.kind === "function" && (
          <a href={hrefOf("invocations", undefined, { function: node.name })}>Its invocations</a>
        )}
        {node.kind === "function" && <a href={hrefOf("send", "event", { function: node.name })}>Send it an event</a>}
        {node.kind === "queue" && <a href={hrefOf("send", "message", { queue: node.name })}>Send a message</a>}
        {node.kind === "bucket" && <a href={hrefOf("send", "file", { bucket: node.name })}>Put a file</a>}
        {node.holdsFailures && <a href={hrefOf("failures")}>The failures</a>}
      </p>
      {edgesOf(node.id).length > 0 && (
        <>
          <h3>Connected with</h3>
          <ul>
            {edgesOf(node.id).map(({ words, id, label }) => (
              <li key={`${words} ${id}`}>
                {words} <a href={hrefOf("picture", id)}>{label}</a>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

function numberOf(value: number | undefined): string | undefined {
  return value === undefined ? undefined : count(value);
}

const WORDS = {
  events: ["gives events to", "gets events from"],
  failures: ["what it gives up ends in", "keeps what is given up by"],
  uses: ["names in its environment", "is named by"],
} as const;

function edgesOf(id: string): readonly { readonly words: string; readonly id: string; readonly label: string }[] {
  const picture = session.value?.picture;
  return (picture?.edges ?? []).flatMap(({ from, to, kind }) => {
    if (from !== id && to !== id) return [];
    const other = from === id ? to : from;
    const node = picture?.nodes.find((each) => each.id === other);
    return node === undefined ? [] : [{ words: WORDS[kind][from === id ? 0 : 1], id: other, label: node.label }];
  });
}
