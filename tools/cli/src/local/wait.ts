import * as v from "valibot";
import { CommandError } from "../command-error.ts";
import { findCloud } from "../running-cloud.ts";
import { formatSeconds } from "../table.ts";

/** What the answer says of a DynamoDB Local that cannot go on. */
const failedSchema = v.object({
  status: v.object({ dynamodb: v.object({ state: v.literal("failed"), problem: v.string() }) }),
});

/** `doorbell wait`: ends with 0 when nothing is left to handle, with 1 when that has not come in time. */
export async function wait(options: {
  readonly port?: number;
  readonly timeout: number;
  readonly json?: boolean;
}): Promise<void> {
  const started = performance.now();
  const timeoutMs = Math.round(options.timeout * 1_000);
  const response = await findCloud(options).request(`/_doorbell/wait?timeoutMs=${timeoutMs}`, { method: "POST" });
  const waitedMs = Math.round(performance.now() - started);
  const answer: unknown = await response.json();
  if (options.json) process.stdout.write(`${JSON.stringify({ idle: response.ok, waitedMs })}\n`);
  if (v.is(failedSchema, answer))
    throw new CommandError(`the local cloud cannot go on: ${answer.status.dynamodb.problem}`, { exitStatus: 1 });
  if (!response.ok)
    throw new CommandError(`still busy after ${options.timeout} s; "doorbell status" shows where.`, { exitStatus: 1 });
  if (!options.json) process.stdout.write(`idle after ${formatSeconds(waitedMs)}\n`);
}
