import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { CommandError } from "./command-error.ts";
import type { DoorbellConfig } from "./config.ts";
import { findProjectRoot } from "./project.ts";

/** The file, in the project's root. */
export const CONFIG = "doorbell.config.ts";

function hook<Name extends keyof DoorbellConfig>() {
  const message = "expected a function";
  return v.exactOptional(v.custom<NonNullable<DoorbellConfig[Name]>>((value) => typeof value === "function", message));
}

const configSchema = v.strictObject({
  commands: hook<"commands">(),
  failures: hook<"failures">(),
  trace: hook<"trace">(),
  events: hook<"events">(),
  console: hook<"console">(),
});
const moduleSchema = v.looseObject({ default: configSchema });

/**
 * The `doorbell.config.ts` of the project where one stands; an empty one where there is none.
 *
 * @throws {CommandError} it cannot be loaded, or has something else than `DoorbellConfig` names
 */
export async function loadConfig(root: string | undefined = findProjectRoot()): Promise<DoorbellConfig> {
  const file = root === undefined ? undefined : join(root, CONFIG);
  if (file === undefined || !existsSync(file)) return {};
  const loaded: unknown = await import(pathToFileURL(file).href).catch((error: unknown) => {
    throw new CommandError(`${file} could not be loaded: ${String(error)}`, { cause: error });
  });
  const parsed = v.safeParse(moduleSchema, loaded);
  if (parsed.success) return parsed.output.default;
  const [issue] = parsed.issues;
  throw new CommandError(`${file}: ${v.getDotPath(issue) ?? "default"}: ${issue.message}.`);
}
