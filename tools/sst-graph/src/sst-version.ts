import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import * as v from "valibot";

const packageSchema = v.object({ version: v.string() });

/** The version of SST that this repository installs; the platform has to be of the same one. */
export function sstVersion(): string {
  const manifest = findPackageJSON("sst", import.meta.url);
  if (manifest === undefined) throw new Error("SST is not installed: run the set-up of the repository");
  return v.parse(packageSchema, JSON.parse(readFileSync(manifest, "utf8"))).version;
}
