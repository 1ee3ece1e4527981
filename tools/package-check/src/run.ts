import { spawn } from "node:child_process";

/** A command ended with another status than 0; `output` is all that it printed. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly code = "COMMAND_FAILED";
  readonly output: string;

  constructor(command: string, status: number | null, output: string) {
    super(`${command} ended with status ${status}:\n${output}`);
    this.output = output;
  }
}

/** Runs a command in a folder and answers what it printed on standard output. @throws CommandFailed */
export async function run(command: readonly [string, ...string[]], cwd: string): Promise<string> {
  const [program, ...options] = command;
  const child = spawn(program, options, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (output += text));
  const status = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (status !== 0) throw new CommandFailed(command.join(" "), status, output);
  return stdout;
}
