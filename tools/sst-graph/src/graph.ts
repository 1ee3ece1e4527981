import type { App } from "./app.ts";
import type { Evaluation } from "./evaluate.ts";
import { compare, plainValue } from "./plain-value.ts";
import type { Identity } from "./recording.ts";
import type { Properties, Registration } from "./registration.ts";
import type { BuildRequest } from "./rpc-server.ts";

/** One of SST's components in a configuration. */
export interface Component extends Identity {
  /** The component that it is a part of, where it is one. */
  readonly parent?: Identity;
  /** The line that makes it, such as `infra/jobs.ts:22`, where one of the project's own does. */
  readonly place?: string;
}

/** What a function's code is built from, as SST hands it to its builder. */
export interface FunctionCode {
  /** Such as `src/api.handler`, relative to the project (or to `bundle`). */
  readonly handler: string;
  /** Such as `nodejs24.x`, `python3.12` or `go`. */
  readonly runtime?: string;
  /** A folder that is built already. */
  readonly bundle?: string;
  /** SST's options of the runtime: `esbuild`, `loader`, `install`, `format`, `plugins`, … and `architecture`. */
  readonly options: Properties;
  /** Files that lie beside the code; `from` is absolute. */
  readonly copyFiles: readonly { readonly from: string; readonly to: string; readonly isDir: boolean }[];
  /** What is linked, by name: the properties that `Resource.<name>` has. */
  readonly links: Properties;
  /** Set for an image in place of an archive. */
  readonly isContainer?: true;
}

/** A resource of the graph: Pulumi's type, logical name and exact inputs, references resolved. */
export interface Resource extends Identity {
  readonly inputs: Properties;
  /** SST's component that it is a part of, the nearest one; absent for a resource that the configuration makes itself. */
  readonly component?: Identity;
  /** The line that makes it, for a resource that the configuration makes itself. */
  readonly place?: string;
  /** Where it lies in another region than the project. */
  readonly region?: string;
  /** Of a function that SST builds. */
  readonly code?: FunctionCode;
  /** Set where the configuration only refers to a resource that somebody else made: its id. */
  readonly existing?: string;
  /** What AWS would draw for it at random, where the inputs of other resources hold it: `id`, `functionUrl`, `apiEndpoint`. */
  readonly drawn?: Readonly<Record<string, string>>;
  /** Set where the resource stays in the cloud though it leaves the configuration. */
  readonly retainOnDelete?: true;
}

/** A project evaluated: the resources that reach the cloud, and what they belong to. */
export interface Graph extends Omit<App, "name" | "global" | "providers"> {
  /** SHA-256 of everything that the graph is made from. */
  readonly digest: string;
  /** The version of SST that evaluated the configuration. */
  readonly sst: string;
  readonly app: string;
  readonly stage: string;
  /** SST's components, sorted by type, then by name. */
  readonly components: readonly Component[];
  /** Sorted by type, then by name. */
  readonly resources: readonly Resource[];
}

/** What a graph has beside what the evaluation gives. */
export type GraphHead = Pick<Graph, "digest" | "sst" | "stage">;

/**
 * The graph of an evaluation; the same configuration always gives the same one, in whatever order its resources came.
 *
 * @param hideSecrets has "(secret)" stand for every value that Pulumi treats as one
 */
export async function toGraph(
  evaluation: Evaluation,
  { digest, sst, stage }: GraphHead,
  hideSecrets: boolean,
): Promise<Graph> {
  const { name: app, ...settings } = evaluation.app;
  return {
    digest,
    sst,
    app,
    stage,
    ...settings,
    components: componentsOf(evaluation),
    resources: await resourcesOf(evaluation, hideSecrets),
  };
}

/** SST's own bookkeeping, which changes with every build or says nothing about the cloud: components, code archives, keys. */
function isBookkeeping({ type, inputs }: Registration): boolean {
  if (/^(?:pulumi:|sst:|random:)/.test(type)) return true;
  return type === "aws:s3/bucketObjectv2:BucketObjectv2" && /^(?:assets|sourcemap)\//.test(String(inputs["key"]));
}

/** SST's notes about its own components, which are no components that a configuration asks for. */
const notes = new Set(["sst:sst:LinkRef", "sst:sst:Version"]);

function componentsOf({ constructed }: Evaluation): readonly Component[] {
  return constructed
    .filter(({ type }) => type.startsWith("sst:") && !notes.has(type))
    .map(({ type, name, parent, place }) => ({
      type: componentType(type),
      name,
      ...(parent && { parent: { type: componentType(parent.type), name: parent.name } }),
      ...(place !== undefined && { place }),
    }))
    .sort(byTypeAndName);
}

async function resourcesOf(
  { registrations, constructed, builds }: Evaluation,
  hideSecrets: boolean,
): Promise<readonly Resource[]> {
  const origins = new Map(constructed.map((each) => [`${each.type} ${each.name}`, each]));
  const resources = registrations
    .filter((registration) => !isBookkeeping(registration))
    .map(async ({ type, name, inputs: raw, ...options }): Promise<Resource> => {
      const { parent, place } = origins.get(`${type} ${name}`) ?? {};
      const component = parent?.type.startsWith("sst:")
        ? { type: componentType(parent.type), name: parent.name }
        : undefined;
      const isFunction = type === "aws:lambda/function:Function";
      const build = isFunction && component ? builds.get(component.name) : undefined;
      const inputs = propertiesOf(await plainValue(raw, hideSecrets));
      return {
        type,
        name,
        ...options,
        ...(component && { component }),
        ...(place !== undefined && { place }),
        ...(build && { code: codeOf(build) }),
        inputs: isFunction ? withoutArchive(inputs) : inputs,
      };
    });
  return (await Promise.all(resources)).sort(byTypeAndName);
}

function propertiesOf(value: unknown): Properties {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "tags" && key !== "tagsAll"));
}

function codeOf({ handler, runtime, bundle, properties, copyFiles, links, isContainer }: BuildRequest): FunctionCode {
  return {
    handler,
    ...(runtime && { runtime }),
    ...(bundle && { bundle }),
    ...(isContainer && { isContainer }),
    options: properties ?? {},
    copyFiles: copyFiles ?? [],
    links: links ?? {},
  };
}

/** The variables by which SST's own `Resource` finds what is linked, as in `sst dev`. */
export function linkVariables(
  { app, stage }: Pick<Graph, "app" | "stage">,
  { links }: Pick<FunctionCode, "links">,
): Readonly<Record<string, string>> {
  const resources = Object.entries({ ...links, App: { name: app, stage } });
  return Object.fromEntries(
    resources.map(([name, properties]) => [`SST_RESOURCE_${name}`, JSON.stringify(properties)]),
  );
}

/** As the configuration calls it: `sst:aws:Queue` is `sst.aws.Queue`, `sst:sst:Secret` is `sst.Secret`. */
function componentType(type: string): string {
  return type.replace(/^sst:sst:/, "sst:").replaceAll(":", ".");
}

/** Where a function's code archive lies, which changes with every build, and the key to what SST puts into it. */
const archive = new Set(["s3Bucket", "s3Key"]);
const archiveVariable = /^SST_KEY(?:_FILE)?$/;

function withoutArchive(inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([key]) => !archive.has(key))
      .map(([key, value]) => [key, key === "environment" ? withoutVariables(value, archiveVariable) : value]),
  );
}

/** A function's `environment` without the variables whose name matches. */
export function withoutVariables(environment: unknown, name: RegExp): unknown {
  if (typeof environment !== "object" || environment === null || !("variables" in environment)) return environment;
  const variables = Object.entries(environment.variables ?? {}).filter(([variable]) => !name.test(variable));
  return { variables: Object.fromEntries(variables) };
}

function byTypeAndName(a: Identity, b: Identity): number {
  return compare(a.type, b.type) || compare(a.name, b.name);
}
