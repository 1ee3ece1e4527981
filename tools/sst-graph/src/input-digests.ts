import { createHash } from "node:crypto";
import { join } from "node:path";
import { build } from "esbuild";
import { external } from "./bundle-config.ts";
import { fileDigest, sourcesDigest } from "./file-digest.ts";
import { ownSst } from "./sst-package.ts";

/** SHA-256 (hex) of each input of a graph, by its path in the repository. */
export type InputDigests = Readonly<Record<string, { readonly sha256: string }>>;

/**
 * What `infra/graph.json` is made from: `sst.config.ts`, every file that it imports, and, as `sst-graph`, this package with its
 * version of SST. One digest a file, so that two branches that change different files merge. Needs no SST platform, so every
 * checkout can tell whether its graph is stale.
 *
 * @param root the folder of `sst.config.ts`
 */
export async function inputDigests(root: string): Promise<InputDigests> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["sst.config.ts"],
    bundle: true,
    metafile: true,
    write: false,
    format: "esm",
    platform: "node",
    external,
    logLevel: "silent",
    tsconfigRaw: {},
  });
  const files = Object.keys(metafile.inputs).sort();
  const digests = await Promise.all(files.map((file) => fileDigest(join(root, file))));
  return Object.fromEntries([
    ...files.map((file, index) => [file, { sha256: digests[index] ?? "" }]),
    [OWN_INPUT, { sha256: await ownDigest() }],
  ]);
}

/** By this name this package is an input of a graph. */
export const OWN_INPUT = "sst-graph";

/** The SHA-256 (hex) of this package, with its version of SST. */
export async function ownDigest(): Promise<string> {
  return createHash("sha256")
    .update(`${ownSst().version} ${await sourcesDigest()}`)
    .digest("hex");
}

/** The inputs whose digests differ; a file that is in one of the two alone differs, too. */
export function changedInputs(before: InputDigests, after: InputDigests): readonly string[] {
  const files = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...files].filter((file) => before[file]?.sha256 !== after[file]?.sha256).sort();
}
