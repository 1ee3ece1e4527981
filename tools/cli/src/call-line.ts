import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "@doorbell/aws-events/is-object";
import { findProjectRoot } from "./project.ts";

/** What a person types for a command, such as `up`: the project's own npm script where it has one, else `npx`. */
export function callLine(command: string, root: string | undefined = findProjectRoot()): string {
  return hasScript(root) ? `npm run doorbell -- ${command}` : `npx doorbell ${command}`;
}

/** Whether the project's package.json has a script `doorbell`. */
export function hasScript(root: string | undefined): boolean {
  if (root === undefined) return false;
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return isObject(manifest) && isObject(manifest["scripts"]) && "doorbell" in manifest["scripts"];
  } catch {
    return false; // There is none, or npm cannot read it either.
  }
}
