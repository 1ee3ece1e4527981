import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import * as v from "valibot";
import { CommandError } from "../command-error.ts";
import { type LogLine, logLineSchema } from "./pretty-log.ts";
import type { RunningCloud } from "../running-cloud.ts";

/** Which lines of a running local cloud are meant; the cloud looks for them, so that no others travel. */
export interface LogQuery {
  /** Full names. */
  readonly functionNames?: readonly string[];
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Lines that contain one of these. */
  readonly texts?: readonly string[];
  /** Stays for what is written later, until the signal's abort. */
  readonly follow?: boolean | undefined;
}

/**
 * The lines of the log that fit, oldest first, read as they are asked for.
 *
 * @throws {CommandError} no local cloud answers, or it ended meanwhile
 */
export async function* readLogs(
  cloud: RunningCloud,
  { functionNames = [], since, texts = [], follow }: LogQuery,
  signal?: AbortSignal,
): AsyncGenerator<LogLine> {
  const query = new URLSearchParams();
  for (const name of functionNames) query.append("function", name);
  for (const text of texts) query.append("text", text);
  if (since !== undefined) query.set("since", new Date(since).toISOString());
  if (follow) query.set("follow", "1");
  const response = await cloud.request(`/_doorbell/logs?${query.toString()}`, signal === undefined ? {} : { signal });
  if (!response.ok || response.body === null)
    throw new CommandError(`${cloud.endpoint} answered ${response.status} when it was asked for its logs.`);
  const lines = createInterface({ input: Readable.fromWeb(response.body) });
  try {
    for await (const text of lines) yield v.parse(logLineSchema, JSON.parse(text));
  } catch (error) {
    if (signal?.aborted || v.isValiError(error)) throw error;
    throw new CommandError(`the local cloud at ${cloud.endpoint} ended before all of its logs were read.`, {
      cause: error,
    });
  }
}
