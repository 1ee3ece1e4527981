import { type Command, Option } from "commander";
import { jsonOption } from "../options.ts";

/** Adds the commands about values of `sst.Secret`, which are kept on this machine; each is loaded when it is called. */
export function addSecretCommands(program: Command): void {
  const secret = program
    .command("secret")
    .description("values of sst.Secret for the local cloud, kept in .doorbell for you alone");

  secret
    .command("set")
    .description("set a secret; a running doorbell up takes it over")
    .argument("<name>", "name of the secret, such as StripeKey")
    .argument("[value]", "its value; where it is left out, standard input is, without its last line feed")
    .addOption(stageOption())
    .action(async (name: string, value: string | undefined, options) =>
      (await import("./secrets.ts")).secretSet(name, value, options),
    );

  secret
    .command("list")
    .description("list the names of the secrets that are set; values are never printed")
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (options) => (await import("./secrets.ts")).secretList(options));

  secret
    .command("remove")
    .description("remove a secret")
    .argument("<name>", "name of the secret")
    .addOption(stageOption())
    .action(async (name: string, options) => (await import("./secrets.ts")).secretRemove(name, options));
}

function stageOption(): Option {
  return new Option("--stage <stage>", "of this stage (default: the one that doorbell up boots)");
}
