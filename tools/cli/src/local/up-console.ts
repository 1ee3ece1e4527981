import type { Console } from "@doorbell/console/start-console";
import type { FaultPlan } from "@doorbell/local-cloud/faults/fault-plan";
import type { LocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import { CommandError } from "../command-error.ts";
import { notice } from "../notice.ts";

/** What of `doorbell up` concerns the console. */
export interface UpConsoleOptions {
  readonly port: number;
  readonly timeScale: number;
  /** False for none. */
  readonly console?: boolean;
  readonly consolePort?: number;
}

/**
 * Serves the console of one boot after the other, at the same port; undefined where there is to be none. It is loaded when the cloud is
 * there, so that nobody waits for it.
 *
 * @throws {CommandError} the port that was named is taken
 */
export function upConsole(
  options: UpConsoleOptions,
  faults: FaultPlan | undefined,
): (cloud: LocalCloud) => Promise<Console | undefined> {
  const { port: endpointPort, timeScale } = options;
  let port = options.consolePort;
  return async (cloud) => {
    if (options.console === false) return undefined;
    const { openConsole } = await import("../console/open-console.ts");
    try {
      const served = await openConsole(cloud, {
        endpointPort,
        timeScale,
        notice,
        ...(port !== undefined && { port }),
        ...(faults !== undefined && { faults }),
      });
      if (served !== undefined) port = Number(new URL(served.url).port);
      return served;
    } catch (error) {
      throw new CommandError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  };
}
