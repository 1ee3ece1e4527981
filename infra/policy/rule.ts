import type { GraphView } from "./graph-view.ts";

/** One protective setting: what has to hold, and where it does not. */
export interface Rule {
  /** A sentence that says what holds. */
  readonly name: string;
  /** Names of the resources that break it; empty where it holds. */
  violations(graph: GraphView): readonly string[];
}
