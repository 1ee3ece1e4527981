import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { fileStamp } from "./file-stamp.ts";

/** What a bundle was made from: it is made again when any of it changes. */
const manifestSchema = v.object({
  settings: v.string(),
  hash: v.string(),
  /** By path: time of change and size. */
  inputs: v.record(v.string(), v.string()),
});
type Manifest = v.InferOutput<typeof manifestSchema>;

/** The bundles of one function, in a folder: each in a folder of its own, named by the hash of its content, and what the latest was made from. */
export interface KeptBundles {
  /** Where the bundle with this hash lies. */
  folderOf(hash: string): string;
  /** The latest one, if it was made with these settings and nothing that it was made from has changed. */
  find(settings: string): Promise<Manifest | undefined>;
  /** Writes a bundle, which appears whole or not at all, since another local cloud may look at the same moment. */
  write(manifest: Manifest, fill: (folder: string) => Promise<void>): Promise<void>;
}

/** @param root what the paths of inputs are relative to */
export function keptBundles(folder: string, root: string): KeptBundles {
  const manifestPath = join(folder, "manifest.json");
  const folderOf = (hash: string) => join(folder, hash);
  return {
    folderOf,
    async find(settings) {
      const known = await readManifest(manifestPath);
      if (known?.settings !== settings || !existsSync(folderOf(known.hash))) return undefined;
      const checks = Object.entries(known.inputs).map(
        async ([path, stamp]) => stamp === (await fileStamp(resolve(root, path))),
      );
      if (!(await Promise.all(checks)).every(Boolean)) return undefined;
      await utimes(folderOf(known.hash), new Date(), new Date());
      return known;
    },
    async write(manifest, fill) {
      const target = folderOf(manifest.hash);
      if (!existsSync(target)) await writeFolder(target, fill);
      const draft = `${manifestPath}.${randomUUID()}`;
      await writeFile(draft, JSON.stringify(manifest));
      await rename(draft, manifestPath);
      await removeOld(folder, manifest.hash);
    },
  };
}

async function readManifest(path: string): Promise<Manifest | undefined> {
  try {
    return v.parse(manifestSchema, JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined; // None yet, or one of another version: the bundle is made anew.
  }
}

async function writeFolder(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const draft = `${folder}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  try {
    await fill(draft);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

/** Removes bundles that no local cloud has been started with for a week. */
async function removeOld(folder: string, keep: string): Promise<void> {
  const weekAgo = Date.now() - 7 * 86_400_000;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name === keep || name === "manifest.json") continue;
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < weekAgo) await rm(path, { recursive: true, force: true });
  }
}

/** Writes a file, with the folders that it lies in. */
export async function writeInto(folder: string, path: string, contents: Uint8Array): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, contents);
}
