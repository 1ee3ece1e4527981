import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { extname, join } from "node:path";

/** The SHA-256 (hex) of a file's content; null where there is no such file. */
export async function fileDigest(path: string): Promise<string | null> {
  const content = await readFile(path).catch(() => undefined);
  return content === undefined ? null : createHash("sha256").update(content).digest("hex");
}

/** The names of the sources in a folder, sorted; tests and settings of tools are none. */
export async function sourceFiles(folder: string, extension = ".ts"): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith(extension) && !/\.(?:test|config)\.\w+$/.test(name)).sort();
}

/** The SHA-256 (hex) of this package's own code, as it runs: another version of it may make another graph. */
export async function sourcesDigest(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of await sourceFiles(import.meta.dirname, extname(import.meta.filename)))
    hash.update(`${name}\n${await fileDigest(join(import.meta.dirname, name))}\n`);
  return hash.digest("hex");
}
