import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The root of the repository: handlers' paths in the graph are relative to it. */
export const repositoryRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** `infra/graph.json`, as it was evaluated from `sst.config.ts`. Its reader checks its shape. */
export function readGraphFile(): unknown {
  return JSON.parse(readFileSync(fileURLToPath(import.meta.resolve("@doorbell/infra/graph.json")), "utf8"));
}
