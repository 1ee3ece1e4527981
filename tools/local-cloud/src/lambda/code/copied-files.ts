import { cp, mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { CodeDefinition } from "../../graph/graph.ts";
import { fileStamp } from "./file-stamp.ts";

/** Files that lie beside a function's code (SST: "Function", `copyFiles`), or are its code. */
export interface CopiedFiles {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Another one means other files or contents. */
  readonly key: string;
  copyTo(folder: string): Promise<void>;
}

/**
 * Looks up what is to be copied. Links stay links.
 * @throws Error where it is not there
 */
export async function copiedFiles(copies: CodeDefinition["copyFiles"], root: string): Promise<CopiedFiles> {
  const files = (await Promise.all(copies.map(({ from }) => filesAt(resolve(root, from))))).flat();
  const stamps = await Promise.all(files.map(fileStamp));
  return {
    files,
    key: JSON.stringify([copies, files, stamps]),
    async copyTo(folder) {
      for (const { from, to } of copies) {
        const target = join(folder, join("/", to));
        await mkdir(dirname(target), { recursive: true });
        await cp(resolve(root, from), target, { recursive: true });
      }
    },
  };
}

async function filesAt(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
