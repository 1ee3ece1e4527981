import type { Figures, NodeFigures, PictureNode } from "../../src/protocol.ts";
import { count, duration } from "../parts/format.ts";

/** The figures of a node, as a list of what is worth saying; zeros are left out. */
export function wordsOf({ kind }: PictureNode, figures: NodeFigures | undefined): readonly string[] {
  if (figures === undefined) return [];
  const { rate, errors, depth = 0, inFlight = 0, running = 0, throttles = 0, durationMs, ageMs = 0 } = figures;
  return [
    ...(rate > 0 ? [`${count(rate)}/s`] : []),
    ...(depth > 0 ? [`${count(depth)} ${kind === "function" ? "queued" : "waiting"}`] : []),
    ...(inFlight > 0 ? [`${count(inFlight)} in flight`] : []),
    ...(running > 0 ? [`${count(running)} running`] : []),
    ...(durationMs !== undefined ? [`ø ${duration(durationMs)}`] : []),
    ...(ageMs >= 1_000 ? [`${duration(ageMs)} old`] : []),
    ...(throttles > 0 ? [`${count(throttles)}/s throttled`] : []),
    ...(errors > 0 ? [`${count(errors)}/s failed`] : []),
  ];
}

/** Whether something needs a look. */
export function stateOf({ holdsFailures }: PictureNode, figures: NodeFigures | undefined): "quiet" | "busy" | "bad" {
  if (figures === undefined) return "quiet";
  const { rate, errors, depth = 0, inFlight = 0, running = 0, problem } = figures;
  if (errors > 0 || problem !== undefined || (holdsFailures && depth + inFlight > 0)) return "bad";
  return rate + depth + inFlight + running > 0 ? "busy" : "quiet";
}

/** What the sparkline of a kind of node shows. */
export function sparkOf({ kind }: PictureNode): {
  readonly title: string;
  readonly of: (figures: NodeFigures) => number;
} {
  if (kind === "queue") return { title: "messages", of: ({ depth = 0, inFlight = 0 }) => depth + inFlight };
  if (kind === "function") return { title: "invocations a second", of: ({ rate }) => rate };
  return { title: kind === "web" ? "requests a second" : "records a second", of: ({ rate }) => rate };
}

/** A minute of it; seconds before the first are zero. */
export function minuteOf(node: PictureNode, all: readonly Figures[], of: (figures: NodeFigures) => number): number[] {
  const values = all.map(({ nodes }) => {
    const own = nodes[node.id];
    return own === undefined ? 0 : of(own);
  });
  return [...Array.from({ length: Math.max(0, 60 - values.length) }, () => 0), ...values];
}
