import type { GraphResource } from "./graph-resources.ts";

/** The name of the SST component that a resource is a part of; its own, where the configuration makes the resource itself. */
export function componentOf({ component, name }: Pick<GraphResource, "component" | "name">): string {
  return component?.name ?? name;
}
