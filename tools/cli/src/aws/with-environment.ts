import { CommandError } from "../command-error.ts";
import type { EnvironmentOptions } from "./environment-options.ts";
import { type Environment, openEnvironment } from "./environment.ts";
import { serviceMessage } from "./service-message.ts";

/**
 * Runs a command on the environment that the options name and closes its clients. What a service refuses (no access, an expired
 * token, a queue that is gone) becomes a message that names the environment, without a stack.
 *
 * @throws {CommandError} the environment was not found, or one of its services refused
 */
export async function withEnvironment<Result>(
  options: EnvironmentOptions,
  work: (environment: Environment) => Promise<Result>,
): Promise<Result> {
  const environment = await openEnvironment(options);
  try {
    return await work(environment);
  } catch (error) {
    const message = serviceMessage(error);
    if (message === undefined) throw error;
    throw new CommandError(`${environment.title} refused: ${message}`, { cause: error });
  } finally {
    environment.close();
  }
}
