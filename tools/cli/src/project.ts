import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandError } from "./command-error.ts";

/** What makes a folder a project. */
const MARKS = ["sst.config.ts", "doorbell.config.ts"];

/**
 * The project's folder: the nearest one, from the working folder upwards, that holds an `sst.config.ts` or a `doorbell.config.ts`, else
 * the one that the variable `DOORBELL_ROOT` names. Paths of handlers in the graph are relative to it.
 *
 * @throws {CommandError} there is none
 */
export function projectRoot(
  from: string = process.cwd(),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const root = findProjectRoot(from, environment);
  if (root !== undefined) return root;
  throw new CommandError(`no ${MARKS.join(" or ")} in ${from} or above it: go to the folder of a project.`);
}

/** The same; undefined where there is none. */
export function findProjectRoot(
  from: string = process.cwd(),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (MARKS.some((mark) => existsSync(join(folder, mark)))) return folder;
    if (dirname(folder) === folder) return environment["DOORBELL_ROOT"];
  }
}
