import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { CONFIG_FILE } from "./project-root.ts";

/** An installed package `sst`, whose command line brings the components of the same version. */
export interface SstPackage {
  readonly version: string;
  /** The command line, a file that Node runs. */
  readonly bin: string;
}

const packageSchema = v.object({
  version: v.string(),
  bin: v.union([
    v.string(),
    v.pipe(
      v.object({ sst: v.string() }),
      v.transform(({ sst }) => sst),
    ),
  ]),
});

/** The package `sst` that the project at `root` has in its `node_modules`, or in those of a folder above; undefined where it has none. */
export function projectSst(root: string): SstPackage | undefined {
  return sstFrom(pathToFileURL(join(root, CONFIG_FILE)).href);
}

/** The package `sst` that is installed with this one. */
export function ownSst(): SstPackage {
  const own = sstFrom(import.meta.url);
  if (own === undefined) throw new Error("SST is not installed: run the package manager's install command");
  return own;
}

/** Undefined also for a package without a command line, such as a checkout of SST's sources that is linked in its place. */
function sstFrom(file: string): SstPackage | undefined {
  const manifest = findManifest(file);
  if (manifest === undefined) return undefined;
  const parsed = v.safeParse(packageSchema, JSON.parse(readFileSync(manifest, "utf8")));
  return parsed.success
    ? { version: parsed.output.version, bin: join(dirname(manifest), parsed.output.bin) }
    : undefined;
}

function findManifest(file: string): string | undefined {
  try {
    return findPackageJSON("sst", file);
  } catch {
    return undefined;
  }
}
