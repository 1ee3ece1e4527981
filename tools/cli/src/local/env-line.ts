import { shellQuoted } from "./env.ts";
import { repositoryRoot } from "../repository.ts";

/**
 * The line that makes a POSIX shell's AWS CLI and SDKs speak to the local cloud at `endpoint`: from any folder, with npm alone. The
 * endpoint is set before anything can fail, since `eval "$(…)"` succeeds when what is inside fails, and the next command would go
 * to AWS.
 */
export function envLine(endpoint: string): string {
  const prefix = shellQuoted(repositoryRoot.replace(/(?<=.)\/$/, ""));
  return `export AWS_ENDPOINT_URL=${endpoint}; eval "$(npm --prefix ${prefix} run -s doorbell -- env)"`;
}
