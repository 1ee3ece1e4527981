import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import * as v from "valibot";
import { type Graph, type Resource, withoutVariables } from "./graph.ts";
import { fileDigest } from "./file-digest.ts";
import { graphFile } from "./graph-file.ts";
import { type InputDigests, OWN_INPUT, ownDigest } from "./input-digests.ts";
import type { KeptEvaluation, Question } from "./kept-graphs.ts";
import { HIDDEN, compare } from "./plain-value.ts";
import type { Properties } from "./registration.ts";

/** What SST adds to a function's environment for its own client library; it follows from what is linked. */
const sstVariable = /^SST_/;

/** What is committed of an evaluation. */
export interface CommittedGraph extends Omit<Graph, "digest"> {
  /** What `run()` returned. */
  readonly outputs: Properties;
}

/**
 * The text of `infra/graph.json`, which is committed and reviewed, and which the project boots from as long as its inputs stay the
 * same: all of the graph but the places of lines. Keys sorted, two spaces, a line feed at the end; equal graphs give equal bytes.
 *
 * @param root the folder of `sst.config.ts`; paths are relative to it
 */
export function renderGraph(graph: CommittedGraph, inputs: InputDigests, root: string): string {
  const { sst, app, stage, removal, protect, region, outputs, components, resources } = graph;
  const head = { inputs, sst, app, stage, removal, protect, region };
  const committed = {
    ...head,
    outputs: sortKeys(outputs),
    components: components.map(({ place: _line, ...component }) => component),
    resources: resources.map((resource) => reviewed(resource, root)),
  };
  return `${JSON.stringify(committed, null, 2)}\n`;
}

/**
 * The evaluation that a project has committed for the question's stage, at `infra/graph.json` or `infra/graph.<stage>.json`. It
 * counts as long as each of its inputs is as it was, so are SST's version and this package, and nothing in it is hidden: a project
 * that commits a graph thereby says that it depends on nothing else, such as a variable.
 *
 * @returns undefined where there is none that counts
 */
export async function findCommitted({ root, stage, sst }: Question): Promise<KeptEvaluation | undefined> {
  const text = await readFile(join(root, graphFile(stage)), "utf8").catch(() => undefined);
  if (text === undefined || text.includes(HIDDEN)) return undefined;
  const parsed = v.safeParse(committedSchema, parseJson(text));
  if (!parsed.success || parsed.output.sst !== sst || parsed.output.stage !== stage) return undefined;
  const { outputs, inputs, ...graph } = parsed.output;
  const { [OWN_INPUT]: own, ...files } = inputs;
  if (own?.sha256 !== (await ownDigest())) return undefined;
  const paths = Object.keys(files).map((file) => join(root, file));
  const digests = await Promise.all(paths.map(fileDigest));
  if (Object.values(files).some(({ sha256 }, index) => sha256 !== digests[index])) return undefined;
  const resources = graph.resources.map((resource) => ({ ...resource, inputs: withText(resource.inputs) }));
  const digest = createHash("sha256").update(text).digest("hex");
  return { graph: { ...graph, digest, resources }, outputs, missingSecrets: [], files: paths };
}

const properties = v.record(v.string(), v.unknown());

/** Written by our own code: the digest vouches for what is inside of a resource. */
const committedSchema = v.intersect([
  v.looseObject({
    inputs: v.record(v.string(), v.object({ sha256: v.string() })),
    sst: v.string(),
    stage: v.string(),
    outputs: properties,
  }),
  v.custom<CommittedGraph>(
    (value) => typeof value === "object" && value !== null && "components" in value && "resources" in value,
  ),
]);

function reviewed({ place: _line, inputs, code, type, name, ...rest }: Resource, root: string): object {
  return {
    type,
    name,
    ...rest,
    ...(code && { code: { ...code, copyFiles: code.copyFiles.map((each) => relativeTo(root, each)) } }),
    inputs: sortKeys(
      type === "aws:lambda/function:Function" && "environment" in inputs
        ? { ...inputs, environment: withoutVariables(inputs["environment"], sstVariable) }
        : inputs,
    ),
  };
}

function relativeTo<File extends { readonly from: string }>(root: string, file: File): File {
  return { ...file, from: relative(root, file.from) };
}

/**
 * Inputs that hold a document as JSON text; written out as JSON, so that a review shows which statement or widget changed, and two
 * branches that change different ones merge.
 */
const jsonText = new Set(["policy", "assumeRolePolicy", "dashboardBody", "insecureValue"]);

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => compare(a, b))
      .map(([key, inner]) => [
        key,
        sortKeys(jsonText.has(key) && typeof inner === "string" ? parseJson(inner) : inner),
      ]),
  );
}

/** The inputs as Pulumi has them, documents as text again. */
function withText(inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [
      key,
      jsonText.has(key) && typeof value === "object" ? JSON.stringify(value) : value,
    ]),
  );
}

/** The document; the text itself where it is none, as with a policy that is a secret. */
function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : text;
  } catch {
    return text;
  }
}
