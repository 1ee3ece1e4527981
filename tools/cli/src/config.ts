import type { Command } from "commander";
import type { Environment } from "./aws/environment.ts";
import type { ConsoleHooks } from "./console/console-hooks.ts";
import type { EventHooks } from "./events/event-hooks.ts";
import type { FailureHooks } from "./operate/failures/failure-hooks.ts";
import type { TraceHooks } from "./operate/trace/trace-hooks.ts";

/**
 * What a project adds to the `doorbell` command, all of it optional. Each part is loaded when a command needs it, so import modules
 * inside of the functions: `doorbell up` then starts as fast as without them.
 */
export interface DoorbellConfig {
  /** Adds the project's own commands. A name that `doorbell` has already is an error. */
  readonly commands?: (program: Command) => Promise<void>;
  /** Makes `failures` say more of what lies in a queue or bucket, by the name of its component, such as `OrdersDlq`. */
  readonly failures?: (environment: Environment) => Promise<Readonly<Record<string, FailureHooks>>>;
  /** Makes `trace` tell the story of what the project is about, and say what is stored of it. */
  readonly trace?: (environment: Environment) => Promise<TraceHooks>;
  /** Makes `events check` and `events sample` know the project's own events. */
  readonly events?: () => Promise<EventHooks>;
  /** Makes the console that `doorbell up` serves say what came of a file. */
  readonly console?: (environment: Environment) => Promise<ConsoleHooks>;
}

/**
 * Types a `doorbell.config.ts`, which stands beside the project's `sst.config.ts` and exports this by default:
 *
 *     export default defineConfig({
 *       commands: async (program) => (await import("./my-commands.ts")).addCommands(program),
 *     });
 */
export function defineConfig(config: DoorbellConfig): DoorbellConfig {
  return config;
}
