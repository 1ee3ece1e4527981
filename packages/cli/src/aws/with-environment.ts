import { CommandError } from "../command-error.ts";
import type { PipelineOptions } from "./client-options.ts";
import { type Environment, openEnvironment } from "./clients.ts";

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

/** What a service or the way to it said; undefined for an error of another kind, which is a bug and keeps its stack. */
export function serviceMessage(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof CommandError) return undefined;
  const fromService = "$metadata" in error || "$fault" in error || "syscall" in error;
  // The idempotency package's store wraps what DynamoDB said; the credential chain has errors of its own.
  if (!fromService && !["StoreFailure", "CredentialsProviderError", "TimeoutError"].includes(error.name))
    return undefined;
  return [`${error.name}: ${error.message}`, remedies[error.name]].filter(Boolean).join(" ");
}

const remedies: Readonly<Record<string, string>> = {
  CredentialsProviderError: "Name a profile with --profile, or log in.",
  ExpiredTokenException: "Log in again.",
  UnrecognizedClientException: "The credentials are of another account or not valid.",
};
