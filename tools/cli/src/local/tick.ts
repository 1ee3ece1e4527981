import * as v from "valibot";
import { CommandError } from "../command-error.ts";
import { findCloud } from "../running-cloud.ts";

/**
 * `doorbell tick SCHEDULE`: fires a schedule now.
 *
 * @throws {CommandError} there is no such schedule
 */
export async function tick(name: string, options: { readonly port?: number; readonly json?: boolean }): Promise<void> {
  const path = `/_doorbell/tick?schedule=${encodeURIComponent(name)}`;
  const response = await findCloud(options).request(path, { method: "POST" });
  if (!response.ok) {
    const answer = v.safeParse(v.object({ message: v.string() }), await response.json());
    throw new CommandError(answer.success ? answer.output.message : `the local cloud answered ${response.status}.`);
  }
  process.stdout.write(options.json ? `${JSON.stringify({ fired: name })}\n` : `${name} fired\n`);
}
