import type { Environment } from "../../aws/environment.ts";
import type { DoorbellConfig } from "../../config.ts";
import { serviceOf } from "../../project-graph.ts";
import { openSources } from "../failures/open-sources.ts";
import { gather, type Material } from "./gather.ts";
import { knownFailures } from "./known-failures.ts";
import type { LogSearch } from "./log-search.ts";
import type { Step } from "./step.ts";
import { tellStory } from "./story.ts";
import { summaryOf } from "./summary.ts";

/** A story, ready to be shown. */
export interface ReadStory {
  readonly material: Material;
  readonly steps: readonly Step[];
  /** Where it stands, one sentence a line. */
  readonly summary: readonly string[];
}

/** The story of whatever an id names, out of logs, stores and the places where failures end; undefined where nothing knows it. */
export async function readStory(
  id: string,
  environment: Environment,
  { config, search }: { readonly config: Pick<DoorbellConfig, "trace" | "failures">; readonly search: LogSearch },
): Promise<ReadStory | undefined> {
  const [hooks, failures] = await Promise.all([
    config.trace?.(environment),
    openSources(environment, config).then(knownFailures),
  ]);
  const services = environment.graph.functions.map(({ name }) => serviceOf(environment.graph, name));
  const material = await gather(id, { search, services, failures, ...(hooks !== undefined && { hooks }) });
  if (material === undefined) return undefined;
  return { material, steps: tellStory(material, hooks), summary: summaryOf(material, hooks?.subject) };
}
