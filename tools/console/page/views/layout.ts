import { graphlib, layout } from "@dagrejs/dagre";
import type { Picture, PictureEdge, PictureNode } from "../../src/protocol.ts";

export const NODE = { width: 178, height: 104 } as const;

/** Where a node's middle is. */
export interface PlacedNode {
  readonly node: PictureNode;
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly edge: PictureEdge;
  /** Of an SVG. */
  readonly path: string;
}

export interface PlacedPicture {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** Lays a picture out from left to right, as events flow. */
export function placed({ nodes, edges }: Picture): PlacedPicture {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "LR", ranksep: 46, nodesep: 18, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { ...NODE });
  // What events follow is drawn straight; the rest bends around it.
  for (const { from, to, kind } of edges) graph.setEdge(from, to, { weight: kind === "events" ? 4 : 1 });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: nodes.map((node) => {
      const { x, y } = graph.node(node.id);
      return { node, x, y };
    }),
    edges: edges.map((edge) => ({ edge, path: pathOf(graph.edge(edge.from, edge.to).points ?? []) })),
  };
}

/** A smooth line through the points. */
function pathOf(points: readonly { readonly x: number; readonly y: number }[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const at = ({ x, y }: { readonly x: number; readonly y: number }): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const parts = rest.map((point, index) => {
    const next = rest[index + 1];
    if (next === undefined) return `L ${at(point)}`;
    return `Q ${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`;
  });
  return [`M ${at(first)}`, ...parts].join(" ");
}
