/** A failure that a person can act on: its message is printed without a stack, and the command ends with `exitStatus`. */
export class CommandError extends Error {
  readonly code = "COMMAND_FAILED";
  readonly exitStatus: number;

  constructor(message: string, options: ErrorOptions & { exitStatus?: number } = {}) {
    super(message, options);
    this.name = "CommandError";
    this.exitStatus = options.exitStatus ?? 1;
  }
}
