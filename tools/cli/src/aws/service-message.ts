import { CommandError } from "../command-error.ts";

/** What a service or the way to it said; undefined for an error of another kind, which is a bug and keeps its stack. */
export function serviceMessage(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof CommandError) return undefined;
  const fromService = "$metadata" in error || "$fault" in error || "syscall" in error;
  // The idempotency package's store wraps what DynamoDB said; the credential chain has errors of its own.
  if (!fromService && !["StoreFailure", "CredentialsProviderError", "TimeoutError"].includes(error.name))
    return undefined;
  return explained(error);
}

/** What an error says, and what to do about it where that is known. */
export function explained(error: Error): string {
  const code = "code" in error ? String(error.code) : error.name;
  return [`${error.name}: ${error.message}`.replace(/[^.]$/, "$&."), remedies[code]].filter(Boolean).join(" ");
}

const remedies: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'Check --profile, or log in; "aws sts get-caller-identity" tells whether you are.',
  ExpiredTokenException: "Log in again.",
  UnrecognizedClientException: "The credentials are of another account or not valid.",
  InvalidClientTokenId: "The credentials are of another account or not valid.",
  ResourceNotFoundException:
    'A table or function of it is gone: "aws dynamodb list-tables" and "aws lambda list-functions" tell which.',
  ENOTFOUND: "Check --region and the network.",
};
