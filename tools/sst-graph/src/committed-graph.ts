import { type Graph, type Resource, withoutVariables } from "./graph.ts";
import type { InputDigests } from "./input-digests.ts";
import { compare } from "./plain-value.ts";

/** What SST adds to a function's environment for its own client library, which no service uses. */
const sstVariable = /^SST_/;

/** What is committed of a graph. */
export type CommittedGraph = Pick<Graph, "sst" | "app" | "stage" | "removal" | "protect" | "region" | "resources">;

/**
 * The text of `infra/graph.json`, which is committed and reviewed: what reaches the cloud, without what SST's components and
 * builds are. Keys sorted, two spaces, a line feed at the end; equal graphs give equal bytes.
 */
export function renderGraph(graph: CommittedGraph, inputs: InputDigests): string {
  const { sst, app, stage, removal, protect, region, resources } = graph;
  const head = { inputs, sst, app, stage, removal, protect, region };
  return `${JSON.stringify({ ...head, resources: resources.map(reviewed) }, null, 2)}\n`;
}

function reviewed({ type, name, inputs, drawn, retainOnDelete }: Resource): object {
  return {
    type,
    name,
    ...(drawn && { drawn }),
    ...(retainOnDelete && { retainOnDelete }),
    inputs: sortKeys(
      type === "aws:lambda/function:Function" && "environment" in inputs
        ? { ...inputs, environment: withoutVariables(inputs["environment"], sstVariable) }
        : inputs,
    ),
  };
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

/** The document; the text itself where it is none, as with a policy that is a secret. */
function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : text;
  } catch {
    return text;
  }
}
