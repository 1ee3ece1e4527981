import type { EnvironmentOptions } from "../aws/environment-options.ts";
import type { Environment } from "../aws/environment.ts";
import { withEnvironment } from "../aws/with-environment.ts";
import { CommandError } from "../command-error.ts";
import { loadConfig } from "../load-config.ts";
import { findCloud } from "../running-cloud.ts";
import { printableLine } from "../printable.ts";
import { formatCount, formatTable } from "../table.ts";
import { wrapLine } from "../wrap-line.ts";
import type { Material } from "./trace/gather.ts";
import { insightsLogs, localLogs, type LogSearch } from "./trace/log-search.ts";
import { readStory } from "./trace/read-story.ts";
import type { Step } from "./trace/step.ts";

/** Of a story with many subjects only these steps are shown one by one; what went well is counted. */
const WORTH_A_ROW = new Set([
  "uploaded",
  "redelivered",
  "read",
  "refused",
  "parked",
  "retried",
  "failed",
  "throttled",
  "kept",
]);
const MAX_ROWS = 500;
/** A narrower column of what happened would be harder to read than lines that are too long. */
const LEAST_COLUMNS = 20;
const TIME_COLUMNS = "2026-01-01 00:00:00.000".length;

/**
 * `doorbell trace`: what happened to whatever an id names (a message, a stream record, an invocation, what the project's own hooks
 * know), across all services, in the order of time: delivered, retried, skipped as a duplicate, refused, parked, written.
 *
 * @throws {CommandError} nothing knows the id
 */
export async function trace(
  id: string,
  options: EnvironmentOptions & { readonly hours: number; readonly json?: boolean },
): Promise<void> {
  await withEnvironment(options, async (environment) => {
    const story = await readStory(id, environment, {
      config: await loadConfig(),
      search: openLogs(environment, options),
    });
    if (story === undefined) throw new CommandError(unknown(id, environment, options.hours));
    const { material, steps, summary } = story;
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ about: material.about, summary, steps }, null, 2)}\n`
        : formatStory(material, steps, summary, process.stdout.columns),
    );
  });
}

function unknown(id: string, { title, kind }: Environment, hours: number): string {
  const lines = kind === "aws" ? ` of the last ${hours} hours; --hours looks further back` : "";
  return `${title} knows nothing of ${id}: nothing that is stored or failed for good, and no log line${lines}.`;
}

function openLogs(environment: Environment, options: EnvironmentOptions & { readonly hours: number }): LogSearch {
  const functionName = (service: string) => environment.functionName(service);
  if (environment.kind === "local") return localLogs(findCloud(options), functionName);
  return insightsLogs(environment.logs, functionName, new Date(Date.now() - options.hours * 3_600_000));
}

/**
 * The story for a terminal of that many columns, or for whatever wide: a row a step, times to the millisecond, and where it stands now.
 * What does not fit goes on in the next line, under its beginning.
 */
export function formatStory(
  { about }: Pick<Material, "about">,
  steps: readonly Step[],
  summary: readonly string[],
  columns = Number.POSITIVE_INFINITY,
): string {
  const worthy = about.kind === "story" ? steps.filter(({ kind }) => WORTH_A_ROW.has(kind)) : steps;
  const shown = worthy.slice(0, MAX_ROWS);
  const used = TIME_COLUMNS + Math.max("where".length, ...shown.map(({ service }) => service.length)) + 4;
  const room = Math.max(LEAST_COLUMNS, columns - used);
  let day = "";
  const rows = shown.flatMap(({ at, service, says }) => {
    const time = new Date(at).toISOString();
    const isNewDay = time.slice(0, 10) !== day;
    day = time.slice(0, 10);
    // The date is told when it changes.
    const clock = `${isNewDay ? day : " ".repeat(day.length)} ${time.slice(11, 23)}`;
    return wrapLine(printableLine(says), room).map((line, part) =>
      part === 0 ? [clock, service, line] : ["", "", line],
    );
  });
  return [
    ...(rows.length > 0 ? [formatTable(["time (UTC)", "where", "what"], rows)] : []),
    ...(worthy.length > shown.length
      ? [`and ${formatCount(worthy.length - shown.length)} more; --json prints all`]
      : []),
    ...(summary.length > 0
      ? [...(rows.length > 0 ? [""] : []), ...summary.flatMap((line) => wrapLine(printableLine(line), columns))]
      : []),
    "",
  ].join("\n");
}
