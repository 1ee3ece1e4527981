import { OneEventOnly, SAMPLE_NAMES, sampleEvent } from "@doorbell/event-contracts/sample-events";
import { CommandError } from "../command-error.ts";

/**
 * `doorbell events sample SOURCE|TYPE`: prints a complete Lambda event with made-up content, the same for the same seed: for tests and
 * for `doorbell invoke`.
 *
 * @throws {CommandError} there is no such sample, or not with more than one record
 */
export function eventsSample(name: string, options: { readonly count: number; readonly seed: number }): void {
  process.stdout.write(`${JSON.stringify(sampleOf(name, options), null, 2)}\n`);
}

function sampleOf(name: string, options: { readonly count: number; readonly seed: number }): unknown {
  if (!SAMPLE_NAMES.includes(name)) {
    throw new CommandError(`there is no sample named ${name}; there are ${SAMPLE_NAMES.join(", ")}.`);
  }
  try {
    return sampleEvent(name, options);
  } catch (error) {
    if (!(error instanceof OneEventOnly)) throw error;
    throw new CommandError(`${error.message}; leave out --count.`, { cause: error });
  }
}
