import { useMemo, useEffect, useRef, useState } from "preact/hooks";
import { Sparkline } from "../parts/sparkline.tsx";
import { hrefOf, replace, route } from "../state/route.ts";
import { figures, latest, session } from "../state/store.ts";
import { minuteOf, sparkOf, stateOf, wordsOf } from "./figure-words.ts";
import { NODE, placed, type PlacedNode } from "./layout.ts";
import { NodePanel } from "./node-panel.tsx";

const KIND_WORDS = {
  bucket: "bucket",
  queue: "queue",
  table: "table",
  function: "function",
  topic: "topic",
  rule: "rule",
  web: "address",
} as const;

/** Below this the words are too small to read; what does not fit then is scrolled to. */
const SMALLEST_SCALE = 0.72;

/** The project as a live picture. */
export function PictureView() {
  const picture = session.value?.picture;
  const layout = useMemo(() => (picture === undefined ? undefined : placed(picture)), [picture]);
  const frame = useRef<HTMLDivElement>(null);
  const scale = useScale(frame, layout?.width ?? 1);
  const opened = picture?.nodes.find(({ id }) => id === route.value.open);
  if (layout === undefined) return <p class="empty">Waiting for the local cloud …</p>;
  const { width, height, nodes, edges } = layout;
  return (
    <div class="with-panel">
      <section class="picture" ref={frame} aria-label="The project's resources" tabIndex={0}>
        {nodes.length === 0 && <p class="empty">This project has no resources that are run here.</p>}
        <div style={{ width: `${width * scale}px`, height: `${height * scale}px` }}>
          <div class="drawing" style={{ width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` }}>
            <svg width={width} height={height} aria-hidden="true">
              <defs>
                {(["events", "failures", "uses"] as const).map((kind) => (
                  <marker
                    id={`arrow-${kind}`}
                    class={`arrow ${kind}`}
                    viewBox="0 0 8 8"
                    refX="7"
                    refY="4"
                    markerWidth="7"
                    markerHeight="7"
                    orient="auto"
                  >
                    <path d="M 0 0 L 8 4 L 0 8 z" />
                  </marker>
                ))}
              </defs>
              {edges.map(({ edge, path }) => (
                <path
                  key={`${edge.from} ${edge.to}`}
                  class={`edge ${edge.kind}`}
                  d={path}
                  marker-end={`url(#arrow-${edge.kind})`}
                />
              ))}
            </svg>
            <ul class="nodes">
              {nodes.map((each) => (
                <Node key={each.node.id} {...each} />
              ))}
            </ul>
          </div>
        </div>
        <Legend />
      </section>
      {opened !== undefined && <NodePanel node={opened} close={() => replace({ ...route.value, open: undefined })} />}
    </div>
  );
}

function Node({ node, x, y }: PlacedNode) {
  const own = latest.value?.nodes[node.id];
  const spark = sparkOf(node);
  const words = wordsOf(node, own);
  const state = stateOf(node, own);
  return (
    <li style={{ left: `${x - NODE.width / 2}px`, top: `${y - NODE.height / 2}px` }}>
      <a
        class={`node ${node.kind} ${state}`}
        href={hrefOf("picture", node.id)}
        aria-current={route.value.open === node.id ? "true" : undefined}
        style={{ width: `${NODE.width}px`, height: `${NODE.height}px` }}
      >
        <span class="kind">
          {node.holdsFailures && node.kind !== "function" ? "failures" : KIND_WORDS[node.kind]}
          {state === "bad" && " "}
          {state === "bad" && <span class="badge">needs a look</span>}
        </span>
        <span class="label">{node.label}</span>
        <span class="words">{own?.problem ?? (words.length === 0 ? "quiet" : words.join(" · "))}</span>
        <Sparkline values={minuteOf(node, figures.value, spark.of)} width={NODE.width - 18} height={26} />
      </a>
    </li>
  );
}

function Legend() {
  return (
    <p class="legend">
      <span class="events">events</span>
      <span class="failures">what is given up</span>
      <span class="uses">named in a function's environment</span>
    </p>
  );
}

/** Shrinks the drawing to the width there is. */
function useScale(frame: { readonly current: HTMLDivElement | null }, width: number): number {
  const [scale, set] = useState(1);
  useEffect(() => {
    if (frame.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      const room = entry?.contentRect.width ?? width;
      set(Math.max(SMALLEST_SCALE, Math.min(1, room / width)));
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [width]);
  return scale;
}
