import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { CommandError } from "../command-error.ts";
import { readGraphFile, repositoryRoot } from "../repository.ts";

/**
 * Boots this repository's local cloud from `infra/graph.json`.
 *
 * @throws {CommandError} the port is taken, there is no Java, a handler cannot be bundled, the state folder cannot be used
 */
export async function bootCloud(options: Omit<LocalCloudOptions, "root" | "graph">): Promise<LocalCloud> {
  const notice = (sentence: string): void => void process.stderr.write(`doorbell: ${sentence}\n`);
  try {
    return await startLocalCloud({ root: repositoryRoot, graph: readGraphFile(), notice, ...options });
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
