import type { EnvironmentOptions } from "../aws/environment-options.ts";
import { withEnvironment } from "../aws/with-environment.ts";
import { formatFailure } from "./failures/failure-text.ts";
import { findFailure } from "./failures/find-failures.ts";
import { openSources } from "./failures/open-sources.ts";
import { loadConfig } from "../load-config.ts";

/** `doorbell failures show ID`: all that is known of one failure, and its content. May show personal data. */
export async function failuresShow(
  id: string,
  options: EnvironmentOptions & { readonly json?: boolean },
): Promise<void> {
  await withEnvironment(options, async (environment) => {
    const found = await findFailure(await openSources(environment, await loadConfig()), id);
    const { failure, content } = found;
    process.stdout.write(options.json ? `${JSON.stringify({ ...failure, content }, null, 2)}\n` : formatFailure(found));
  });
}
