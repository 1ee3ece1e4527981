import * as v from "valibot";
import { graphSchema } from "./graph-resources.ts";
import { isRead } from "./resource-support.ts";

/**
 * A graph as the local cloud shows it to `doorbell`'s other commands: what `readGraph` reads of it, without the values that functions
 * find in their environment and in what is linked to them, since secrets may be among those.
 */
export function shownGraph(json: unknown): v.InferOutput<typeof graphSchema> {
  const graph = v.parse(graphSchema, json);
  return {
    ...graph,
    resources: graph.resources.filter(isRead).map(({ code, inputs, ...resource }) => {
      const { environment: _values, ...shown } = inputs;
      return { ...resource, inputs: shown, ...(code != null && { code: { ...code, links: {} } }) };
    }),
  };
}
