import { isAbsolute, resolve } from "node:path";
import type { Project } from "@doorbell/local-cloud/open-project";
import { watchProject } from "@doorbell/local-cloud/project-watch";
import { type Boot, type BootSettings, timedBoot } from "./boot-cloud.ts";
import { CommandError } from "../command-error.ts";
import { readFaultOption } from "./fault-option.ts";
import { freePort } from "./free-port.ts";
import { resolveFunctionName } from "./function-name.ts";
import { stopSignal } from "../lifeline.ts";
import { createLogOutput } from "./log-output.ts";
import { notice } from "../notice.ts";
import { projectGraph } from "../project-graph.ts";
import { type UpConsoleOptions, upConsole } from "./up-console.ts";
import { bootAsJson, bootAsText } from "./up-text.ts";

/** Where Node's inspector listens by default, and debuggers look for it. */
const INSPECTOR_PORT = 9229;

/** What a person asks `doorbell up` for. */
export interface UpOptions extends UpConsoleOptions {
  readonly state?: string;
  readonly dynamodbEndpoint?: string;
  readonly faults?: string;
  readonly watch?: boolean;
  /** Name of a function, short or full. */
  readonly inspect?: string;
  readonly logs?: boolean;
  readonly correlation?: string;
  readonly json?: boolean;
}

/**
 * `doorbell up`: boots the project's local cloud, prints its endpoint, names and what `run()` returns, and stays until Ctrl-C, SIGTERM
 * or the death of what started it. Then everything that it started ends with it. Meanwhile a handler whose sources change is
 * reloaded, and a configuration that changes boots anew at the same port, with the state of the state folder. Logs are shown: on a
 * terminal, elsewhere with `--logs` only, since a pipe that nobody empties would stop the cloud.
 *
 * @throws {CommandError} it could not boot (the port is taken, there is no Java, the state folder cannot be used), or it cannot go
 *   on: DynamoDB Local ended, in memory once, with a state folder three times within a minute
 */
export async function up(options: UpOptions): Promise<void> {
  const { state } = options;
  const stateDir = state === undefined || isAbsolute(state) ? state : resolve(state);
  const faults = options.faults === undefined ? undefined : readFaultOption(options.faults);
  const inspect = options.inspect === undefined ? undefined : await inspectOptions(options.inspect);
  const settings: BootSettings = {
    port: options.port,
    ...(stateDir !== undefined && { stateDir }),
    ...(options.dynamodbEndpoint !== undefined && { dynamodbEndpoint: options.dynamodbEndpoint }),
    ...(faults !== undefined && { faults }),
    timeScale: options.timeScale,
    watch: options.watch !== false,
    ...(inspect !== undefined && { inspect }),
  };
  const stop = stopSignal();
  try {
    const serveConsole = upConsole(options, faults);
    let boot = await timedBoot(settings);
    const { port, project } = boot.cloud;
    while ((await runUntilChanged(boot, { options, settings, serveConsole, signal: stop.signal })) === "changed") {
      const kept = stateDir === undefined ? "what was in memory is gone (--state DIR keeps it)" : "its state is kept";
      notice(`The configuration has changed, so the local cloud boots anew; ${kept}.`);
      const next = await bootAgain({ ...settings, port }, project, stop.signal);
      if (next === undefined) return;
      boot = next;
    }
  } finally {
    stop.dispose();
  }
}

async function inspectOptions(typed: string): Promise<{ functionName: string; port: number }> {
  const { functions } = await projectGraph();
  return { functionName: resolveFunctionName(typed, functions), port: await freePort(INSPECTOR_PORT) };
}

/** Shows a cloud that has booted, and stops it when it is told to, when the configuration has changed, or when it cannot go on. */
async function runUntilChanged(
  boot: Boot,
  run: {
    readonly options: UpOptions;
    readonly settings: BootSettings;
    readonly serveConsole: ReturnType<typeof upConsole>;
    readonly signal: AbortSignal;
  },
): Promise<"stopped" | "changed"> {
  const { options, settings, signal } = run;
  const { cloud } = boot;
  const change = new AbortController();
  const watch = settings.watch ? watchProject(cloud.project, {}, { changed: () => change.abort(), notice }) : undefined;
  let served: Awaited<ReturnType<typeof run.serveConsole>>;
  try {
    served = await run.serveConsole(cloud);
    process.stdout.write(options.json ? bootAsJson(boot, served?.url) : bootAsText(boot, settings, served?.url));
    if (options.logs ?? (process.stdout.isTTY || options.correlation !== undefined)) showLogs(boot, options);
    await aborted(AbortSignal.any([signal, change.signal, cloud.failed]));
    if (!cloud.failed.aborted) return signal.aborted ? "stopped" : "changed";
    const { reason } = cloud.failed;
    const why = reason instanceof Error ? reason.message : String(reason);
    const remedy = settings.stateDir === undefined ? " With --state DIR they are kept on disk." : "";
    throw new CommandError(`the local cloud cannot go on: ${why}${remedy}`);
  } finally {
    await Promise.all([watch?.stop(), served?.stop()]);
    await cloud.stop();
  }
}

/** Boots, and where that fails, each time that the configuration changes; undefined where it is told to stop before. */
async function bootAgain(settings: BootSettings, project: Project, signal: AbortSignal): Promise<Boot | undefined> {
  while (!signal.aborted) {
    const change = new AbortController();
    // From before the boot, so that no change is missed; any change may mend what fails.
    const watch = watchProject({ ...project, digest: "" }, {}, { changed: () => change.abort(), notice });
    try {
      return await timedBoot(settings);
    } catch (error) {
      notice(
        `${error instanceof Error ? error.message : String(error)}\nThe next change of the configuration boots anew.`,
      );
      await aborted(AbortSignal.any([signal, change.signal]));
    } finally {
      await watch.stop();
    }
  }
  return undefined;
}

function showLogs({ cloud, begunAt }: Boot, { correlation, json }: UpOptions): void {
  const functions = cloud.lambda.status().map((each) => each.function);
  const write = createLogOutput({ correlation, json, functions });
  // Those of earlier runs, which the state folder keeps, are for `doorbell logs`.
  for (const line of cloud.lambda.logs()) if (Date.parse(line.time) >= begunAt) write(line);
  cloud.lambda.onLog(write);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((done) => signal.addEventListener("abort", done, { once: true }));
}
