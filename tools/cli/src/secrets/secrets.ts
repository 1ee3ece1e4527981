import { text } from "node:stream/consumers";
import { projectEnvironment } from "@doorbell/sst-graph/project-environment";
import { changeSecret, readSecrets } from "@doorbell/sst-graph/project-secrets";
import { CommandError } from "../command-error.ts";
import { projectRoot } from "../project.ts";

interface SecretOptions {
  readonly stage?: string;
}

/**
 * `doorbell secret set NAME [VALUE]`: sets a secret of a stage; without a value standard input is the value.
 *
 * @throws {CommandError} the name is none for a secret, the value is empty, or there is no project
 */
export async function secretSet(name: string, given: string | undefined, options: SecretOptions): Promise<void> {
  const value = given ?? (await typed(name));
  if (value === "") throw new CommandError(`the value of ${name} is empty; "secret remove" removes a secret.`);
  const { root, stage } = whereOf(options);
  const replaced = await explained(changeSecret(root, stage, name, value));
  process.stdout.write(`${name} ${replaced ? "has a new value" : "is set"} for the stage ${stage}\n`);
}

/** `doorbell secret list`: the names alone. @throws {CommandError} they cannot be read, or there is no project */
export async function secretList(options: SecretOptions & { readonly json?: boolean }): Promise<void> {
  const { root, stage } = whereOf(options);
  const names = Object.keys(await explained(readSecrets(root, stage))).toSorted();
  if (options.json) process.stdout.write(`${JSON.stringify(names)}\n`);
  else process.stdout.write(names.length === 0 ? `no secrets for the stage ${stage}\n` : `${names.join("\n")}\n`);
}

/** `doorbell secret remove NAME`. @throws {CommandError} there is no such secret, or no project */
export async function secretRemove(name: string, options: SecretOptions): Promise<void> {
  const { root, stage } = whereOf(options);
  if (!(await explained(changeSecret(root, stage, name))))
    throw new CommandError(`the stage ${stage} has no secret ${name}.`);
  process.stdout.write(`${name} is removed from the stage ${stage}\n`);
}

async function typed(name: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(`The value of ${name}, ended by Ctrl-D on a line of its own:\n`);
  return (await text(process.stdin)).replace(/\r?\n$/, "");
}

function whereOf({ stage: given }: SecretOptions): { root: string; stage: string } {
  const root = projectRoot();
  try {
    return { root, stage: projectEnvironment(root, process.env, given).stage };
  } catch (error) {
    throw asCommandError(error);
  }
}

async function explained<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    throw asCommandError(error);
  });
}

function asCommandError(error: unknown): CommandError {
  return new CommandError(`${error instanceof Error ? error.message : String(error)}.`, { cause: error });
}
