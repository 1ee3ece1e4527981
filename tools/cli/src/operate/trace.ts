import type { EnvironmentOptions } from "../aws/environment-options.ts";
import type { Environment } from "../aws/environment.ts";
import { withEnvironment } from "../aws/with-environment.ts";
import { CommandError } from "../command-error.ts";
import { loadConfig } from "../load-config.ts";
import { serviceOf } from "../project-graph.ts";
import { findCloud } from "../running-cloud.ts";
import { printableLine } from "../printable.ts";
import { formatCount, formatTable } from "../table.ts";
import { gather, type Material } from "./trace/gather.ts";
import { insightsLogs, localLogs, type LogSearch } from "./trace/log-search.ts";
import type { Step } from "./trace/step.ts";
import { tellStory } from "./trace/story.ts";
import { summaryOf } from "./trace/summary.ts";

/** Of a story with many subjects only these steps are shown one by one; what went well is counted. */
const WORTH_A_ROW = new Set(["uploaded", "read", "refused", "parked", "retried", "failed", "throttled"]);
const MAX_ROWS = 500;

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
    const hooks = await (await loadConfig()).trace?.(environment);
    const services = environment.graph.functions.map(({ name }) => serviceOf(environment.graph, name));
    const search = openLogs(environment, options);
    const material = await gather(id, { search, services, ...(hooks !== undefined && { hooks }) });
    if (material === undefined) throw new CommandError(unknown(id, environment, options.hours));
    const steps = tellStory(material, hooks);
    const summary = summaryOf(material, hooks?.subject);
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ about: material.about, summary, steps }, null, 2)}\n`
        : formatStory(material, steps, summary),
    );
  });
}

function unknown(id: string, { title, kind }: Environment, hours: number): string {
  const lines = kind === "aws" ? ` of the last ${hours} hours; --hours looks further back` : "";
  return `${title} knows nothing of ${id}: nothing that is stored and no log line${lines}.`;
}

function openLogs(environment: Environment, options: EnvironmentOptions & { readonly hours: number }): LogSearch {
  const functionName = (service: string) => environment.functionName(service);
  if (environment.kind === "local") return localLogs(findCloud(options), functionName);
  return insightsLogs(environment.logs, functionName, new Date(Date.now() - options.hours * 3_600_000));
}

/** The story for a terminal: a row a step, times to the millisecond, and where it stands now. */
export function formatStory(
  { about }: Pick<Material, "about">,
  steps: readonly Step[],
  summary: readonly string[],
): string {
  const worthy = about.kind === "story" ? steps.filter(({ kind }) => WORTH_A_ROW.has(kind)) : steps;
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
    ...(summary.length > 0 ? ["", ...summary.map(printableLine)] : []),
    "",
  ].join("\n");
}
