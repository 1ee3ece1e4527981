import type { Registration } from "./mock-cloud.ts";

/** A resource of the graph: Pulumi's type, logical name and exact inputs, references resolved. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Set where the resource stays in the cloud though it leaves the configuration. */
  readonly retainOnDelete?: true;
}

/** What `infra/graph.json` holds. */
export interface Graph {
  /** SHA-256 of everything that the graph is made from; see `inputDigest`. */
  readonly digest: string;
  /** The version of SST that evaluated the configuration. */
  readonly sst: string;
  readonly app: string;
  readonly stage: string;
  /** What becomes of resources that leave the configuration. */
  readonly removal: "remove" | "retain" | "retain-all";
  /** Whether the stage refuses to be removed. */
  readonly protect: boolean;
  readonly region: string;
  /** Sorted by type, then by name. */
  readonly resources: readonly Resource[];
}

/** SST's own bookkeeping, which changes with every build or says nothing about the cloud: components, code archives, keys. */
const bookkeeping = /^(?:pulumi:|sst:|random:|aws:s3\/bucketObjectv2:)/;

/** Where a function's code archive lies; changes with every build. */
const codeLocation = new Set(["s3Bucket", "s3Key"]);

/** What SST adds to a function's environment for its own client library, which no service uses. */
const sstVariable = /^SST_/;

/** The resources that reach the cloud, sorted; the same registrations in any order give the same list. */
export function toResources(registrations: readonly Registration[]): readonly Resource[] {
  return registrations
    .filter(({ type }) => !bookkeeping.test(type))
    .map((resource) =>
      resource.type === functionType ? { ...resource, inputs: functionInputs(resource.inputs) } : resource,
    )
    .sort((a, b) => compare(a.type, b.type) || compare(a.name, b.name));
}

const functionType = "aws:lambda/function:Function";

function functionInputs(inputs: Registration["inputs"]): Registration["inputs"] {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([key]) => !codeLocation.has(key))
      .map(([key, value]) => [key, key === "environment" ? withoutSstVariables(value) : value]),
  );
}

function withoutSstVariables(environment: unknown): unknown {
  if (typeof environment !== "object" || environment === null || !("variables" in environment)) return environment;
  const variables = Object.entries(environment.variables ?? {}).filter(([name]) => !sstVariable.test(name));
  return { variables: Object.fromEntries(variables) };
}

/** Inputs that hold a document as JSON text; written out as JSON, so that a review shows which statement or widget changed. */
const jsonText = new Set(["policy", "assumeRolePolicy", "dashboardBody"]);

/** The text of `infra/graph.json`, which is committed, so secrets are left out: keys sorted, two spaces, a line feed at the end; equal graphs give equal bytes. */
export function renderGraph(graph: Graph): string {
  const { resources, ...head } = graph;
  return `${JSON.stringify({ ...head, resources: resources.map(({ type, name, inputs, ...options }) => ({ type, name, ...options, inputs: sortKeys(inputs) })) }, null, 2)}\n`;
}

/** How Pulumi marks a value as secret: an object that has this key, and the value itself beside it. */
const secretMark = "4dabf18193072939515e22adb298388d";

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value) return "(secret)";
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => compare(a, b))
      .map(([key, inner]) => [
        key,
        sortKeys(jsonText.has(key) && typeof inner === "string" ? parseJson(inner) : inner),
      ]),
  );
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

/** By code unit: the same on every machine, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
