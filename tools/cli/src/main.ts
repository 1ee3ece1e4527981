#!/usr/bin/env node
import { Command } from "commander";
import { CommandError } from "./command-error.ts";
import { addEventCommands } from "./events/commands.ts";
import { followLifeline } from "./lifeline.ts";
import { addLocalCommands } from "./local/commands.ts";
import { addOperateCommands } from "./operate/commands.ts";
import { addSecretCommands } from "./secrets/commands.ts";

/** The `doorbell` command: parses arguments and hands over. */
const program = new Command("doorbell")
  .description("Runs any SST project's events on a laptop, and operates it there and on AWS.")
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError("(add --help for the options)");

addLocalCommands(program);
addEventCommands(program);
addOperateCommands(program);
addSecretCommands(program);

/** The project's own commands are loaded where they can be meant, so that the others start without them. */
async function addOwnCommands(): Promise<void> {
  const [name] = process.argv.slice(2);
  if (program.commands.some((command) => command.name() === name)) return;
  const { CONFIG, loadConfig } = await import("./load-config.ts");
  const { commands } = await loadConfig();
  try {
    await commands?.(program);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${CONFIG}: ${reason}.`, { cause: error });
  }
}

// Whoever reads the output may have seen enough, as `head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

followLifeline();
try {
  await addOwnCommands();
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`doorbell: ${error.message}\n`);
  process.exitCode = error.exitStatus;
}
