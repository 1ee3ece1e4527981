import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { CommandError } from "../command-error.ts";
import { notice } from "../notice.ts";
import { projectRoot } from "../project.ts";

/**
 * Boots the project's local cloud.
 *
 * @throws {CommandError} the port is taken, there is no project or no Java, a handler cannot be bundled, the state folder cannot be used
 */
export async function bootCloud(options: Omit<LocalCloudOptions, "root" | "graph">): Promise<LocalCloud> {
  try {
    return await startLocalCloud({ root: projectRoot(), notice, ...options });
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
