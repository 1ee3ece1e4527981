import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The path of `name` in `folder` or the nearest folder above that has it. */
export function findUp(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  return dirname(folder) === folder ? undefined : findUp(dirname(folder), name);
}
