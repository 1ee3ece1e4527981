import type { EnvironmentOptions } from "../aws/environment-options.ts";
import { withEnvironment } from "../aws/with-environment.ts";
import { formatFailures } from "./failures/failure-text.ts";
import { listFailures } from "./failures/find-failures.ts";
import { openSources } from "./failures/open-sources.ts";
import { loadConfig } from "../load-config.ts";
import { HIDDEN_SECONDS } from "./failures/held-messages.ts";
import { placesOf } from "./failures/selection.ts";

/** Columns where the output is no terminal. */
const DEFAULT_COLUMNS = 160;

/** `doorbell failures list`: what failed for good: where, what, why, attempts, first and last time. */
export async function failuresList(
  options: EnvironmentOptions & { readonly reason?: string; readonly since?: number; readonly json?: boolean },
): Promise<void> {
  await withEnvironment(options, async (environment) => {
    const sources = placesOf(await openSources(environment, await loadConfig()), options);
    // Before the look, which hides what it sees.
    const hidden = await Promise.all(
      sources.map(async (source) => ({ place: source.place, count: await source.hidden() })),
    );
    const failures = await listFailures(sources, options);
    for (const { place, count } of hidden)
      if (count > 0)
        process.stderr.write(
          `About ${count} more in the ${place} are held by another command, or were by one that was killed: look again in ${HIDDEN_SECONDS} s.\n`,
        );
    if (options.json) process.stdout.write(`${JSON.stringify(failures, null, 2)}\n`);
    else if (failures.length === 0) process.stdout.write(`no failures in ${environment.title}\n`);
    else process.stdout.write(formatFailures(failures, process.stdout.columns ?? DEFAULT_COLUMNS));
  });
}
