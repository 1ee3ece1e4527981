import { OneEventOnly, SAMPLE_NAMES, sampleEvent, type SampleSubjects } from "@doorbell/aws-events/sample-events";
import { type Environment, openEnvironment } from "../aws/environment.ts";
import { CommandError } from "../command-error.ts";
import { loadConfig } from "../load-config.ts";
import { findProjectRoot } from "../project.ts";
import { projectGraph } from "../project-graph.ts";
import { findCloud } from "../running-cloud.ts";
import type { EventHooks, SampleOptions } from "./event-hooks.ts";
import { type SampleSource, sampleSource } from "./sample-source.ts";
import { sourceSubjects, storedItems, uploadedObjects } from "./sample-subjects.ts";

const HANDLED_IN_MS = 60_000;

interface EventsSampleOptions extends Pick<SampleOptions, "count" | "seed"> {
  readonly madeUp?: boolean;
  /** The component that the event comes from. */
  readonly of?: string;
  readonly port?: number;
}

/**
 * `doorbell events sample SOURCE|TYPE`: prints a complete Lambda event, for tests and for `doorbell invoke`. Buckets, queues and
 * tables have the names of the graph: that of the running local cloud, else of the project here. Where a local cloud is running, a sample of S3 names the files that were uploaded last and one of
 * DynamoDB the insertion of items that are stored, so that the functions accept them; where it holds too few, the project's own hook
 * puts made-up ones there first, and standard error says so. All else is made up, the same for the same seed.
 *
 * @throws {CommandError} there is no such sample, or not with more than one record, no local cloud answers at the port, or of several
 *   sources none is named
 */
export async function eventsSample(name: string, options: EventsSampleOptions): Promise<void> {
  const hooks = (await (await loadConfig()).events?.()) ?? {};
  const names = [...new Set([...SAMPLE_NAMES, ...Object.keys(hooks.samples ?? {})])];
  if (!names.includes(name)) throw new CommandError(`there is no sample named ${name}; there are ${names.join(", ")}.`);
  sampleOf(name, options, hooks); // What there is none of is refused before anything is uploaded.
  const environment = options.madeUp ? undefined : await openIfRunning(options);
  try {
    const graph = environment?.graph ?? (findProjectRoot() === undefined ? undefined : await projectGraph());
    const source = graph === undefined ? {} : sampleSource(graph, name, options.of);
    const isStored = isOfObjects(name) || name === "dynamodb";
    const found =
      environment === undefined || !isStored ? {} : await subjectsIn(environment, name, { options, hooks, source });
    const subjects = { ...(graph !== undefined && sourceSubjects(graph, source)), ...found };
    const event = sampleOf(name, { ...options, subjects }, hooks);
    process.stdout.write(`${JSON.stringify(event, null, 2)}\n`);
  } finally {
    environment?.close();
  }
}

function isOfObjects(name: string): boolean {
  return name.startsWith("s3");
}

async function subjectsIn(
  environment: Environment,
  name: string,
  {
    options,
    hooks,
    source,
  }: { readonly options: EventsSampleOptions; readonly hooks: EventHooks; readonly source: SampleSource },
): Promise<SampleSubjects> {
  const { count, seed } = options;
  const read = async (): Promise<SampleSubjects> =>
    isOfObjects(name)
      ? { objects: await uploadedObjects(environment, source, count) }
      : await storedItems(environment, source, count, hooks.isAsInserted);
  const isEnough = ({ objects, images }: SampleSubjects) => (objects ?? images ?? []).length >= count;
  const found = await read();
  if (isEnough(found)) return found;
  if (hooks.fill !== undefined) {
    const filled = await hooks.fill(environment, { count, seed });
    process.stderr.write(`${environment.title} held too little for this sample, so ${filled}.\n`);
    const waited = await findCloud(options).request(`/_doorbell/wait?timeoutMs=${HANDLED_IN_MS}`, { method: "POST" });
    if (!waited.ok) throw new CommandError("what was put there was not handled within a minute; see doorbell status.");
    const more = await read();
    if (isEnough(more)) return more;
  }
  const another = hooks.fill === undefined ? "" : "another --seed makes up others, ";
  throw new CommandError(
    `${environment.title} holds too few ${isOfObjects(name) ? "files" : "items that were not changed since they were inserted"}; ${another}--made-up prints a sample of what is not there.`,
  );
}

/** Undefined where no local cloud is running, unless the options name one. */
async function openIfRunning({ port }: EventsSampleOptions): Promise<Environment | undefined> {
  if (port !== undefined) return openEnvironment({ port });
  try {
    return await openEnvironment({});
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** A sample of the project's own, or else one of AWS. @throws {CommandError} it has one event alone, and more were asked for */
export function sampleOf(name: string, options: SampleOptions, { samples = {} }: EventHooks): unknown {
  try {
    return samples[name]?.(options) ?? sampleEvent(name, options);
  } catch (error) {
    if (!(error instanceof OneEventOnly)) throw error;
    throw new CommandError(`${error.message}; leave out --count.`, { cause: error });
  }
}
