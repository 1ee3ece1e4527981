import { defineConfig } from "./tools/cli/src/config.ts";

/** What this pipeline adds to the `doorbell` command. Each part is loaded when a command needs it. */
export default defineConfig({
  commands: async (program) => (await import("./ops/src/commands.ts")).addCommands(program),
  failures: async (environment) => (await import("./ops/src/failures/failure-hooks.ts")).failureHooks(environment),
  trace: async (environment) => (await import("./ops/src/trace/trace-hooks.ts")).traceHooks(environment),
  console: async (environment) => (await import("./ops/src/console/console-hooks.ts")).consoleHooks(environment),
  events: async () => (await import("./ops/src/events/event-hooks.ts")).eventHooks,
});
