import type { PipelineOptions } from "../aws/client-options.ts";
import type { Environment } from "../aws/clients.ts";
import { withEnvironment } from "../aws/with-environment.ts";
import { CommandError } from "../command-error.ts";
import { findCloud } from "../running-cloud.ts";
import { printableLine } from "../printable.ts";
import { openStoredRecords } from "../stored-records.ts";
import { formatCount, formatTable } from "../table.ts";
import { gather, type Material } from "./trace/gather.ts";
import { insightsLogs, localLogs, type LogSearch } from "./trace/log-search.ts";
import { type Step, tellStory } from "./trace/story.ts";
import { summaryOf } from "./trace/summary.ts";

/** Of the orders of an upload only these steps are shown one by one; what went well is counted. */
const WORTH_A_ROW = new Set(["uploaded", "read", "refused", "parked", "retried", "failed", "throttled"]);
const MAX_ROWS = 500;

/**
 * `doorbell trace`: what happened to an order, an upload, an event or a message, across all services, in the order of time:
 * delivered, retried, skipped as a duplicate, refused, parked, written, audited.
 *
 * @throws {CommandError} nothing knows the id
 */
export async function trace(
  id: string,
  options: PipelineOptions & { readonly hours: number; readonly json?: boolean },
): Promise<void> {
  await withEnvironment(options, async (environment) => {
    const logs = openLogs(environment, options);
    const material = await gather(id, logs, openStoredRecords(environment.dynamodb, environment.names));
    if (material === undefined)
      throw new CommandError(
        `${environment.title} knows nothing of ${id}: no receipt, no order, no audit entry and no log line${
          environment.kind === "aws" ? ` of the last ${options.hours} hours; --hours looks further back` : ""
        }.`,
      );
    const steps = tellStory(material);
    const summary = summaryOf(material);
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ about: material.about, summary, steps }, null, 2)}\n`
        : formatStory(material, steps, summary),
    );
  });
}

function openLogs(environment: Environment, options: PipelineOptions & { readonly hours: number }): LogSearch {
  if (environment.kind === "local")
    return localLogs(findCloud(options), (service) => environment.functionName(service));
  const since = new Date(Date.now() - options.hours * 3_600_000);
  return insightsLogs(environment.logs, (service) => environment.functionName(service), since);
}

/** The story for a terminal: a row a step, times to the millisecond, and where it stands now. */
export function formatStory(
  { about }: Pick<Material, "about">,
  steps: readonly Step[],
  summary: readonly string[],
): string {
  const worthy = about.kind === "upload or story" ? steps.filter(({ kind }) => WORTH_A_ROW.has(kind)) : steps;
  const shown = worthy.slice(0, MAX_ROWS);
  let day = "";
  const rows = shown.map(({ at, service, says }) => {
    const time = new Date(at).toISOString();
    const isNewDay = time.slice(0, 10) !== day;
    day = time.slice(0, 10);
    // The date is told when it changes.
    return [`${isNewDay ? day : " ".repeat(day.length)} ${time.slice(11, 23)}`, service, says];
  });
  return [
    formatTable(["time (UTC)", "where", "what"], rows),
    ...(worthy.length > shown.length
      ? [`and ${formatCount(worthy.length - shown.length)} more; --json prints all`]
      : []),
    "",
    ...summary.map(printableLine),
    "",
  ].join("\n");
}
