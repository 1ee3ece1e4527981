import type { Graph } from "@doorbell/local-cloud/graph/graph";
import { readGraph } from "@doorbell/local-cloud/graph/read-graph";
import { openProject } from "@doorbell/local-cloud/open-project";
import { CommandError } from "./command-error.ts";
import { notice } from "./notice.ts";
import { projectRoot } from "./project.ts";
import type { RunningCloud } from "./running-cloud.ts";

/**
 * A project's graph: its `sst.config.ts` evaluated as `doorbell up` does it, at once where nothing has changed since the last time.
 *
 * @throws {CommandError} it cannot be evaluated, or the local cloud cannot run it
 */
export async function projectGraph(root: string = projectRoot()): Promise<Graph> {
  return explained(async () => readGraph((await openProject({ root }, notice)).graph));
}

/** The graph that a running local cloud was booted from; values of variables are not in it. @throws {CommandError} none answers */
export async function runningGraph(cloud: RunningCloud): Promise<Graph> {
  const json = await cloud.read("/_doorbell/graph");
  return explained(async () => readGraph(json));
}

async function explained<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** `<app>-<stage>-order-queue` → `order-queue`; a name that does not begin like this stays whole. */
export function serviceOf({ app, stage }: Pick<Graph, "app" | "stage">, functionName: string): string {
  const start = `${app}-${stage}-`;
  return functionName.startsWith(start) ? functionName.slice(start.length) : functionName;
}
