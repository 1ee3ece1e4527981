import type { StoriesPort } from "@doorbell/console/console-ports";
import type { Environment } from "../aws/environment.ts";
import type { DoorbellConfig } from "../config.ts";
import { localLogs } from "../operate/trace/log-search.ts";
import { readStory } from "../operate/trace/read-story.ts";
import { findCloud } from "../running-cloud.ts";

/** The page shows no more steps of one story. */
const MAX_STEPS = 2_000;

/** Stories of the local cloud at a port, as `trace` tells them. */
export function storiesPort(
  port: number,
  open: () => Promise<Environment>,
  config: () => Promise<DoorbellConfig>,
): StoriesPort {
  const hooksOf = async (environment: Environment) => (await config()).trace?.(environment);
  return {
    noun: async () => (await hooksOf(await open()))?.subject.noun,
    async tell(id) {
      const environment = await open();
      const search = localLogs(findCloud({ port }, {}), (service) => environment.functionName(service));
      const story = await readStory(id, environment, { config: await config(), search });
      if (story === undefined) return undefined;
      const { material, steps, summary } = story;
      return {
        summary,
        steps: steps.slice(0, MAX_STEPS),
        records: material.stored
          .flatMap(({ records = [] }) => records)
          .map(({ title, value }) => ({ title, json: JSON.stringify(value, null, 2) })),
      };
    },
  };
}
