/** A resource of the graph, to be changed. */
export interface EditableResource {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** The part of a graph that a careless change touches. */
export interface EditableGraph {
  readonly resources: readonly EditableResource[];
}

/** An edit of a graph's resources. Throws where there is nothing to change: a change that changes nothing proves nothing. */
export type Edit = (resources: EditableResource[]) => EditableResource[];

/** `graph` with one change made to it, as a careless edit of infra/ would make it. */
export function changed<Graph extends EditableGraph>(graph: Graph, edit: Edit): Graph {
  return { ...graph, resources: edit(structuredClone([...graph.resources])) };
}

function find(resources: readonly EditableResource[], name: string): EditableResource {
  const resource = resources.find((it) => it.name === name);
  if (resource === undefined) throw new Error(`the graph has no ${name}`);
  return resource;
}

/** New inputs for one resource; an input of `undefined` is left out. */
export const set =
  (name: string, inputs: Readonly<Record<string, unknown>>): Edit =>
  (resources) => {
    const resource = find(resources, name);
    resource.inputs = { ...resource.inputs, ...inputs };
    for (const key of Object.keys(inputs)) if (inputs[key] === undefined) delete resource.inputs[key];
    return resources;
  };

/** One resource less. */
export const without =
  (name: string): Edit =>
  (resources) => {
    const missing = find(resources, name);
    return resources.filter((it) => it !== missing);
  };

/** One resource more. */
export const added =
  (resource: EditableResource): Edit =>
  (resources) => [...resources, resource];

/** One input replaced by what `edit` makes of its JSON text. */
export const rewritten =
  (name: string, input: string, edit: (json: string) => string): Edit =>
  (resources) => {
    const before = JSON.stringify(find(resources, name).inputs[input]);
    const after = edit(before);
    if (after === before) throw new Error(`${input} of ${name} did not change`);
    return set(name, { [input]: JSON.parse(after) })(resources);
  };

/** The statements of a role, rewritten. */
export const statements = (role: string, edit: (json: string) => string): Edit =>
  rewritten(role, "inlinePolicies", edit);
