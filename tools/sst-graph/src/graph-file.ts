import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** The stage that the local cloud runs. */
export const LOCAL_STAGE = "local";

/** Where the graph of `stage` is committed, relative to the repository: `infra/graph.json`, or `infra/graph.<stage>.json`. */
export function graphFile(stage: string): string {
  return join("infra", stage === LOCAL_STAGE ? "graph.json" : `graph.${stage}.json`);
}

/** The stages whose graphs are committed, the local one first; further ones are added by writing them once. */
export async function committedStages(root: string): Promise<readonly string[]> {
  const names = await readdir(join(root, "infra"));
  const others = names.flatMap((name) => /^graph\.([a-z0-9-]+)\.json$/.exec(name)?.[1] ?? []);
  return [LOCAL_STAGE, ...others.sort()];
}
