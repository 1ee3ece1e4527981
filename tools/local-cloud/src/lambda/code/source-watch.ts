import { existsSync, lstatSync, readdirSync, watch, type FSWatcher } from "node:fs";
import { dirname, join } from "node:path";

/** An editor writes a file in several steps; what changes within this time is one change. */
const SETTLE_MS = 20;

/** Looks at source files for changes. */
export interface SourceWatch {
  /**
   * Looks at the folders of these files from now on, at folders that are made in them, and at no others. Files of installed
   * packages are left out.
   */
  follow(files: readonly string[]): void;
  stop(): void;
}

/**
 * Calls `changed` shortly after anything changed in one of the folders followed. Folders, not files: editors put a new file in
 * the place of the old one, and a file that an import waits for does not exist yet. `complain` takes what cannot be followed.
 */
export function createSourceWatch(changed: () => void, complain: (problem: string) => void): SourceWatch {
  const watchers = new Map<string, FSWatcher>();
  let settling: NodeJS.Timeout | undefined;

  const seen = (): void => {
    clearTimeout(settling);
    settling = setTimeout(changed, SETTLE_MS);
  };

  function forget(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  function open(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        if (event === "rename" && name !== null) openNew(join(folder, name));
        seen();
      });
      // The folder itself was removed or renamed.
      watcher.on("error", () => forget(folder));
      watchers.set(folder, watcher);
    } catch (error) {
      // Gone since the bundle was made, followed again with the next one; or the system allows no further watches.
      if (existsSync(folder)) complain(`Changes in ${folder} are not seen: ${String(error)}`);
    }
  }

  /** An import may wait for a file in a folder that is new itself. A link may lead back to where it lies, and is not followed. */
  function openNew(path: string): void {
    // One that was followed under this name has been replaced or is gone.
    forget(path);
    if (path.endsWith("/node_modules")) return;
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
    open(path);
    for (const name of namesIn(path)) openNew(join(path, name));
  }

  return {
    follow(files) {
      const folders = new Set(files.filter((file) => !file.includes("/node_modules/")).map((file) => dirname(file)));
      for (const folder of watchers.keys()) if (!folders.has(folder)) forget(folder);
      for (const folder of folders) if (!watchers.has(folder)) open(folder);
    },
    stop() {
      clearTimeout(settling);
      for (const folder of watchers.keys()) forget(folder);
    },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Gone again.
  }
}
