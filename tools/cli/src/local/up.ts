import { isAbsolute, resolve } from "node:path";
import { bootCloud } from "./boot-cloud.ts";
import { CommandError } from "../command-error.ts";
import { envLine } from "./env-line.ts";
import { readFaultOption } from "./fault-option.ts";
import { freePort } from "./free-port.ts";
import { resolveFunctionName } from "./function-name.ts";
import { stopSignal } from "../lifeline.ts";
import { createLogOutput } from "./log-output.ts";
import { projectRoot } from "../project.ts";
import { projectGraph } from "../project-graph.ts";
import { formatSeconds, formatTable } from "../table.ts";

/** Where Node's inspector listens by default, and debuggers look for it. */
const INSPECTOR_PORT = 9229;

/**
 * `doorbell up`: boots the project's local cloud, prints its endpoint and names, and stays until Ctrl-C, SIGTERM or the
 * death of what started it. Then everything that it started ends with it. Meanwhile a handler whose sources change is reloaded,
 * and logs are shown: on a terminal, elsewhere with `--logs` only, since a pipe that nobody empties would stop the cloud.
 *
 * @throws {CommandError} it could not boot (the port is taken, there is no Java, the state folder cannot be used), or it cannot go
 *   on: DynamoDB Local ended, in memory once, with a state folder three times within a minute
 */
export async function up(options: {
  readonly port: number;
  readonly state?: string;
  readonly dynamodbEndpoint?: string;
  readonly faults?: string;
  readonly timeScale: number;
  readonly watch?: boolean;
  /** Name of a function, short or full. */
  readonly inspect?: string;
  readonly logs?: boolean;
  readonly correlation?: string;
  readonly json?: boolean;
}): Promise<void> {
  const faults = options.faults === undefined ? undefined : readFaultOption(options.faults);
  const inspect = options.inspect === undefined ? undefined : await inspectOptions(options.inspect);
  const stop = stopSignal();
  const [started, startedAt] = [performance.now(), Date.now()];
  const stateDir = options.state === undefined || isAbsolute(options.state) ? options.state : resolve(options.state);
  const cloud = await bootCloud({
    port: options.port,
    ...(stateDir !== undefined && { stateDir }),
    ...(options.dynamodbEndpoint !== undefined && { dynamodbEndpoint: options.dynamodbEndpoint }),
    ...(faults !== undefined && { faults }),
    timeScale: options.timeScale,
    watch: options.watch !== false,
    ...(inspect !== undefined && { inspect }),
  });
  try {
    const bootMs = performance.now() - started;
    if (options.json)
      process.stdout.write(
        `${JSON.stringify({ endpoint: cloud.endpoint, bootMs: Math.round(bootMs), environment: cloud.environment })}\n`,
      );
    else {
      const rows = Object.entries(cloud.environment).filter(
        ([name]) => !/^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/.test(name),
      );
      const kept = stateDir === undefined ? "in memory" : `state in ${stateDir}`;
      process.stdout.write(
        `Doorbell's local cloud is up at ${cloud.endpoint} after ${formatSeconds(bootMs)}, ${kept}.\n\n`,
      );
      if (options.timeScale !== 1)
        process.stdout.write(`Time scale ${options.timeScale}: retries, windows and ages are not AWS's.\n`);
      if (faults !== undefined) process.stdout.write(`Faults on demand: ${JSON.stringify(faults)}\n\n`);
      process.stdout.write(
        `${formatTable(["name", "value"], rows)}\n\nFor the AWS CLI and SDKs: ${envLine(cloud.endpoint, projectRoot())}\n`,
      );
      if (inspect !== undefined)
        process.stdout.write(
          `A debugger finds ${inspect.functionName} at 127.0.0.1:${inspect.port}; its limits of time and memory are off.\n`,
        );
      process.stdout.write("Ctrl-C stops it.\n");
    }
    if (options.logs ?? (process.stdout.isTTY || options.correlation !== undefined)) {
      const functions = cloud.lambda.status().map((each) => each.function);
      const write = createLogOutput({ correlation: options.correlation, json: options.json, functions });
      // Those of earlier runs, which the state folder keeps, are for `doorbell logs`.
      for (const line of cloud.lambda.logs()) if (Date.parse(line.time) >= startedAt) write(line);
      cloud.lambda.onLog(write);
    }
    const over = AbortSignal.any([stop.signal, cloud.failed]);
    if (!over.aborted) await new Promise((done) => over.addEventListener("abort", done, { once: true }));
    if (cloud.failed.aborted) {
      const { reason } = cloud.failed;
      const why = reason instanceof Error ? reason.message : String(reason);
      const remedy = stateDir === undefined ? " With --state DIR they are kept on disk." : "";
      throw new CommandError(`the local cloud cannot go on: ${why}${remedy}`);
    }
  } finally {
    await cloud.stop();
    stop.dispose();
  }
}

async function inspectOptions(typed: string): Promise<{ functionName: string; port: number }> {
  const names = (await projectGraph()).functions.map(({ name }) => name);
  return { functionName: resolveFunctionName(typed, names), port: await freePort(INSPECTOR_PORT) };
}
