import { once } from "node:events";
import { resolveFunctionName } from "./function-name.ts";
import { stopSignal } from "../lifeline.ts";
import { correlationMark, createLogOutput } from "./log-output.ts";
import { readLogs } from "./read-logs.ts";
import { runningGraph } from "../project-graph.ts";
import { findCloud } from "../running-cloud.ts";

/**
 * `doorbell logs`: what the functions and the platform wrote, oldest first; with `--follow` it stays and prints what comes, until
 * Ctrl-C; with `--correlation` only the lines of one story, with `--since` only those since a time. Readable on a terminal, JSON elsewhere.
 *
 * @throws {CommandError} no local cloud answers, or there is no such function
 */
export async function logs(
  typed: string | undefined,
  options: {
    readonly follow?: boolean;
    readonly correlation?: string;
    /** Milliseconds since 1970. */
    readonly since?: number;
    readonly port?: number;
    readonly json?: boolean;
  },
): Promise<void> {
  const cloud = findCloud(options);
  const { functions } = await runningGraph(cloud);
  const { correlation, since, follow } = options;
  const query = {
    ...(typed !== undefined && { functionNames: [resolveFunctionName(typed, functions)] }),
    ...(correlation !== undefined && { texts: [correlationMark(correlation)] }),
    since,
    follow,
  };
  const write = createLogOutput({ json: options.json, functions: functions.map(({ name }) => name) });
  const stop = stopSignal();
  try {
    for await (const line of readLogs(cloud, query, stop.signal))
      if (!write(line)) await once(process.stdout, "drain", { signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    stop.dispose();
  }
}
