import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import * as v from "valibot";
import { resolveFunctionName } from "../function-name.ts";
import { stopSignal } from "../lifeline.ts";
import { createLogOutput } from "../log-output.ts";
import { logLineSchema } from "../pretty-log.ts";
import { findCloud } from "../running-cloud.ts";

const statusSchema = v.object({ functions: v.array(v.object({ function: v.string() })) });

/**
 * `doorbell logs`: what the functions and the platform wrote, oldest first; with `--follow` it stays and prints what comes, until
 * Ctrl-C; with `--correlation` only the lines of one story. Readable on a terminal, JSON elsewhere.
 *
 * @throws {CommandError} no local cloud answers, or there is no such function
 */
export async function logs(
  typed: string | undefined,
  options: {
    readonly follow?: boolean;
    readonly correlation?: string;
    readonly port?: number;
    readonly json?: boolean;
  },
): Promise<void> {
  const cloud = findCloud(options);
  const status = v.parse(statusSchema, await cloud.read("/_doorbell/status"));
  const functions = status.functions.map((each) => each.function);
  const query = new URLSearchParams();
  if (typed !== undefined) query.set("function", resolveFunctionName(typed, functions));
  if (options.follow) query.set("follow", "1");
  const write = createLogOutput({ correlation: options.correlation, json: options.json, functions });
  const stop = stopSignal();
  try {
    const response = await cloud.request(`/_doorbell/logs?${query.toString()}`, { signal: stop.signal });
    if (response.body === null) return;
    for await (const text of createInterface({ input: Readable.fromWeb(response.body) }))
      write(v.parse(logLineSchema, JSON.parse(text)));
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    stop.dispose();
  }
}
