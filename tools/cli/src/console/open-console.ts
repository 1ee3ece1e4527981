import { PortTaken } from "@doorbell/local-cloud/endpoint/front-server";
import { type Console, PageMissing, startConsole } from "@doorbell/console/start-console";
import type { ConsolePorts } from "@doorbell/console/console-ports";
import type { FaultPlan } from "@doorbell/local-cloud/faults/fault-plan";
import type { LocalCloud } from "@doorbell/local-cloud/start-local-cloud";
import type { Environment } from "../aws/environment.ts";
import type { DoorbellConfig } from "../config.ts";

/** How the console of `doorbell up` is served. */
export interface ConsoleOptions {
  /** Of the endpoint, as it was asked for. The console's is the one before it, so that it is the same at every boot. */
  readonly endpointPort: number;
  /** Another port; 0 for a free one. */
  readonly port?: number;
  readonly timeScale: number;
  readonly faults?: FaultPlan;
  /** Told, in a sentence, of what is not as usual. */
  readonly notice: (sentence: string) => void;
}

/**
 * Serves the console of a local cloud that runs in this process. What it shows of failures, stories and samples is what the commands know,
 * which is loaded, with the project's hooks, when the page first asks for it. In the place of a port that is taken it takes a free one, and
 * tells. Undefined, and told, where the page is not built.
 *
 * @throws PortTaken for a port that was named
 */
export async function openConsole(cloud: LocalCloud, options: ConsoleOptions): Promise<Console | undefined> {
  const { endpointPort, port, notice } = options;
  const wanted = port ?? Math.max(0, endpointPort - 1);
  let environment: Promise<Environment> | undefined;
  const open = () =>
    (environment ??= import("../aws/environment.ts").then((made) => made.openEnvironment({ port: cloud.port }, {})));
  const ports = consolePorts(cloud, options, open);
  const served = await startConsole(ports, { port: wanted })
    .catch((error: unknown) => {
      if (!(error instanceof PortTaken) || port !== undefined) throw error;
      notice(`Port ${wanted} is taken: the console answers at another one, which the next boot may change.`);
      return startConsole(ports);
    })
    .catch((error: unknown) => {
      if (!(error instanceof PageMissing)) throw error;
      notice(error.message);
      return undefined;
    });
  return (
    served && {
      url: served.url,
      async stop() {
        await served.stop();
        (await environment?.catch(() => undefined))?.close();
      },
    }
  );
}

function consolePorts(
  cloud: LocalCloud,
  { timeScale, faults }: ConsoleOptions,
  open: () => Promise<Environment>,
): ConsolePorts {
  const config = once(async (): Promise<DoorbellConfig> => (await import("../load-config.ts")).loadConfig());
  const failures = once(async () => (await import("./failures-port.ts")).failuresPort(open, config));
  const stories = once(async () => (await import("./stories-port.ts")).storiesPort(cloud.port, open, config));
  const senders = once(async () => (await import("./senders-port.ts")).sendersPort(open, config));
  return {
    cloud,
    timeScale,
    ...(faults !== undefined && { faults }),
    failures: {
      list: async () => (await failures()).list(),
      show: async (id) => (await failures()).show(id),
      redrive: async (ids, how) => (await failures()).redrive(ids, how),
    },
    stories: {
      noun: async () => (await stories()).noun(),
      tell: async (id) => (await stories()).tell(id),
    },
    senders: {
      putObject: async (object) => (await senders()).putObject(object),
      follow: async (object) => (await senders()).follow(object),
      sendMessage: async (message) => (await senders()).sendMessage(message),
      samples: async () => (await senders()).samples(),
      sample: async (name, seed) => (await senders()).sample(name, seed),
    },
  };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
