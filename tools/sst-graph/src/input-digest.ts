import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sourceFiles } from "./file-digest.ts";
import { ownSst } from "./sst-package.ts";

const graphSources = import.meta.dirname;

/**
 * The SHA-256 (hex) of everything that `infra/graph.json` is made from: `sst.config.ts`, `infra/*.ts`, the sources of this
 * package, and the version of SST. Tests count in neither folder. Needs no SST platform, so every checkout can
 * tell whether its graph is stale.
 *
 * @param root the folder of `sst.config.ts`
 */
export async function inputDigest(root: string): Promise<string> {
  const hash = createHash("sha256");
  const add = (name: string, content: string) => hash.update(`${name} ${Buffer.byteLength(content)}\n${content}\n`);

  add("sst", ownSst().version);
  add("sst.config.ts", await readFile(join(root, "sst.config.ts"), "utf8"));
  for (const [label, folder] of [
    ["infra", join(root, "infra")],
    ["sst-graph", graphSources],
  ] as const) {
    for (const file of await sourceFiles(folder)) {
      add(`${label}/${file}`, await readFile(join(folder, file), "utf8"));
    }
  }
  return hash.digest("hex");
}
