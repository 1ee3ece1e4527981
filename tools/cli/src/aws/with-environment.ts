import { CommandError } from "../command-error.ts";
import type { PipelineOptions } from "./client-options.ts";
import { type Environment, openEnvironment } from "./clients.ts";
import { serviceMessage } from "./service-message.ts";

/**
 * Runs a command on the pipeline that the options name and closes its clients. What a service refuses (no access, an expired
 * token, a queue that is gone) becomes a message that names the pipeline, without a stack.
 *
 * @throws {CommandError} the pipeline was not found, or one of its services refused
 */
export async function withEnvironment<Result>(
  options: PipelineOptions,
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
