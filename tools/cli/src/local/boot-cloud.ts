import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { CommandError } from "../command-error.ts";
import { notice } from "../notice.ts";
import { projectRoot } from "../project.ts";

/** How a cloud is booted. */
export type BootSettings = Omit<LocalCloudOptions, "root" | "graph">;

/**
 * Boots the project's local cloud.
 *
 * @throws {CommandError} the port is taken, there is no project or no Java, a handler cannot be bundled, the state folder cannot be used
 */
export async function bootCloud(settings: BootSettings): Promise<LocalCloud> {
  try {
    return await startLocalCloud({ root: projectRoot(), notice, ...settings });
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** A local cloud that has booted. */
export interface Boot {
  readonly cloud: LocalCloud;
  /** When it began, in milliseconds since 1970. */
  readonly begunAt: number;
  readonly bootMs: number;
}

/** Boots, and says how long it took. @throws {CommandError} as {@link bootCloud} */
export async function timedBoot(settings: BootSettings): Promise<Boot> {
  const [begunAt, begun] = [Date.now(), performance.now()];
  return { cloud: await bootCloud(settings), begunAt, bootMs: performance.now() - begun };
}
