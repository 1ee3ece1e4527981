import { DatabaseSync } from "node:sqlite";

/** Another local cloud keeps its state in the folder. */
export class StateInUse extends Error {
  readonly code = "STATE_IN_USE";
  readonly dir: string;
  constructor(dir: string, options?: ErrorOptions) {
    super(
      `The state folder ${dir} is in use by another local cloud; stop that one or choose another folder with --state.`,
      options,
    );
    this.name = "StateInUse";
    this.dir = dir;
  }
}

/**
 * Takes the state folder for this process by its lock file; the answer gives it back. It is a lock of SQLite, so a killed process
 * holds none.
 * @throws StateInUse
 */
export function lockState(dir: string, file: string): () => void {
  const lock = new DatabaseSync(file);
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    throw new StateInUse(dir, { cause });
  }
  return () => lock.close();
}
