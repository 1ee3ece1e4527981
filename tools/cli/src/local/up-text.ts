import type { Graph } from "@doorbell/local-cloud/graph/graph";
import { envLine } from "./env-line.ts";
import { projectRoot } from "../project.ts";
import { formatSeconds, formatTable } from "../table.ts";
import type { Boot, BootSettings } from "./boot-cloud.ts";

/** What `doorbell up --json` prints for a boot, a line. */
export function bootAsJson({ cloud, bootMs }: Boot, consoleUrl?: string): string {
  const { endpoint, environment, outputs, graph } = cloud;
  const runs = Object.fromEntries(runsHere(graph));
  const { notRun } = graph;
  return `${JSON.stringify({ endpoint, bootMs: Math.round(bootMs), environment, outputs, runs, notRun, console: consoleUrl })}\n`;
}

/** What `doorbell up` prints for a boot: where it answers, what it runs, names, and what `run()` returns. */
export function bootAsText(
  { cloud, bootMs }: Boot,
  { stateDir, timeScale = 1, faults, inspect }: BootSettings,
  consoleUrl?: string,
): string {
  const { endpoint, environment, outputs, graph } = cloud;
  const names = Object.entries(environment).filter(([name]) => !/^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/.test(name));
  const kept = stateDir === undefined ? "in memory" : `state in ${stateDir}`;
  const returned = Object.entries(outputs).map(([name, value]) => [name, outputText(value)]);
  const parts = [
    `Doorbell's local cloud is up at ${endpoint} after ${formatSeconds(bootMs)}, ${kept}.`,
    ...(timeScale === 1 ? [] : [`Time scale ${timeScale}: retries, windows and ages are not AWS's.`]),
    ...(faults === undefined ? [] : [`Faults on demand: ${JSON.stringify(faults)}`]),
    formatTable(
      ["runs here", "components"],
      [...runsHere(graph)].map(([kind, components]) => [kind, components.join(", ")]),
    ),
    formatTable(["name", "value"], names),
    ...(returned.length === 0 ? [] : [formatTable(["output of run()", "value"], returned)]),
    `For the AWS CLI and SDKs: ${envLine(endpoint, projectRoot())}`,
    ...(consoleUrl === undefined ? [] : [`The console: ${consoleUrl}`]),
    ...(inspect === undefined
      ? []
      : [
          `A debugger finds ${inspect.functionName} at 127.0.0.1:${inspect.port}; its limits of time and memory are off.`,
        ]),
  ];
  return `${parts.join("\n\n")}\nCtrl-C stops it.\n`;
}

function outputText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The components that are run, by kind; kinds that the project does not have are left out. */
function runsHere(graph: Graph): ReadonlyMap<string, readonly string[]> {
  const named = (all: readonly { readonly component?: string }[]) => all.flatMap(({ component }) => component ?? []);
  const kinds: readonly (readonly [string, readonly string[]])[] = [
    ["functions", named(graph.functions.filter(({ notRun }) => notRun === undefined))],
    ["function URLs", named(graph.functionUrls)],
    ["HTTP APIs", named(graph.httpApis)],
    ["queues", named(graph.queues)],
    ["tables", named(graph.tables)],
    ["buckets", named(graph.buckets)],
    ["topics", named(graph.topics)],
    ["event buses", named(graph.buses)],
    ["rules", named(graph.rules)],
  ];
  return new Map(kinds.filter(([, components]) => components.length > 0));
}
