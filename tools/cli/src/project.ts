import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Graph } from "@doorbell/local-cloud/graph/graph";
import { readGraph } from "@doorbell/local-cloud/graph/read-graph";
import { CommandError } from "./command-error.ts";

/** What makes a folder a project. */
const MARKS = ["sst.config.ts", "doorbell.config.ts"];
const GRAPH = "infra/graph.json";

/**
 * The project's folder: the nearest one, from the working folder upwards, that holds an `sst.config.ts` or a `doorbell.config.ts`, else
 * the one that the variable `DOORBELL_ROOT` names. Paths of handlers in the graph are relative to it.
 *
 * @throws {CommandError} there is none
 */
export function projectRoot(
  from: string = process.cwd(),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const root = findProjectRoot(from, environment);
  if (root !== undefined) return root;
  throw new CommandError(`no ${MARKS.join(" or ")} in ${from} or above it: go to the folder of a project.`);
}

/** The same; undefined where there is none. */
export function findProjectRoot(
  from: string = process.cwd(),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (MARKS.some((mark) => existsSync(join(folder, mark)))) return folder;
    if (dirname(folder) === folder) return environment["DOORBELL_ROOT"];
  }
}

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
