import type { FailuresPort } from "@doorbell/console/console-ports";
import type { Environment } from "../aws/environment.ts";
import type { DoorbellConfig } from "../config.ts";
import { findFailure, listFailures } from "../operate/failures/find-failures.ts";
import { openSources } from "../operate/failures/open-sources.ts";
import { redrive } from "../operate/failures/redrive.ts";
import { CommandError } from "../command-error.ts";

/** The local cloud is this machine's own: there is nobody to be gentle with. */
const RATE_PER_SECOND = 50;

/**
 * The failures of an environment, as the `failures` commands know them. One look at a time: a look hides messages, and two at once would
 * hide them from each other.
 */
export function failuresPort(open: () => Promise<Environment>, config: () => Promise<DoorbellConfig>): FailuresPort {
  let last: Promise<unknown> = Promise.resolve();
  const alone = <Result>(look: () => Promise<Result>): Promise<Result> => {
    const result = last.then(look, look);
    last = result.catch(() => {});
    return result;
  };
  const sources = async () => openSources(await open(), await config());
  return {
    list: () => alone(async () => listFailures(await sources(), {})),
    show: (id) =>
      alone(async () => {
        try {
          const { failure, content } = await findFailure(await sources(), id);
          return { failure, content };
        } catch (error) {
          if (error instanceof CommandError) return undefined;
          throw error;
        }
      }),
    redrive: (ids, { edited, signal, onResult }) =>
      alone(async () => {
        const places = await sources();
        // The oldest first, as they came.
        const planned = (await listFailures(places, { ids })).toReversed();
        const known = new Set(planned.map(({ id }) => id));
        for (const id of ids) if (!known.has(id)) onResult({ id, result: "gone" });
        await redrive(places, planned, {
          ratePerSecond: RATE_PER_SECOND,
          signal,
          ...(edited !== undefined && { edited }),
          onResult: ({ failure, result, detail }) =>
            onResult({ id: failure.id, result, ...(detail !== undefined && { detail }) }),
        });
      }),
  };
}
