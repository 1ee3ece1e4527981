import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "@doorbell/local-cloud/graph/graph";
import { readGraph } from "@doorbell/local-cloud/graph/read-graph";
import { CommandError } from "./command-error.ts";
import { projectRoot } from "./project.ts";

const GRAPH = "infra/graph.json";

/** A project's graph as JSON, for `startLocalCloud`. @throws {CommandError} there is none, or it is not JSON */
export function readGraphFile(root: string): unknown {
  const file = join(root, GRAPH);
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`the project's graph could not be read: ${reason}`, { cause: error });
  }
}

/** A project's graph. @throws {CommandError} there is none, or the local cloud cannot run it */
export function projectGraph(root: string = projectRoot()): Graph {
  const json = readGraphFile(root);
  try {
    return readGraph(json);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** `<app>-<stage>-order-queue` → `order-queue`; a name that does not begin like this stays whole. */
export function serviceOf({ app, stage }: Pick<Graph, "app" | "stage">, functionName: string): string {
  const start = `${app}-${stage}-`;
  return functionName.startsWith(start) ? functionName.slice(start.length) : functionName;
}
