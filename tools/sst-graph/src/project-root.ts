import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The file that makes a folder an SST project. */
export const CONFIG_FILE = "sst.config.ts";

/** Thrown where neither the folder nor any above it holds an `sst.config.ts`. */
export class ProjectNotFound extends Error {
  readonly code = "PROJECT_NOT_FOUND";
  readonly folder: string;

  constructor(folder: string) {
    super(`${folder} is in no SST project: neither it nor a folder above it holds ${CONFIG_FILE}`);
    this.folder = folder;
  }
}

/**
 * The folder of the `sst.config.ts` that counts in `folder`: its own, or the nearest one above, as SST's command line finds it.
 *
 * @throws {ProjectNotFound}
 */
export function projectRoot(folder: string): string {
  const start = resolve(folder);
  for (let current = start; ; current = dirname(current)) {
    if (existsSync(join(current, CONFIG_FILE))) return current;
    if (dirname(current) === current) throw new ProjectNotFound(start);
  }
}
