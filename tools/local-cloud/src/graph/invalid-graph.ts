/** The graph does not read, or asks for something that AWS or the local cloud does not do. */
export class GraphRefused extends Error {
  readonly code = "GRAPH_REFUSED";
  /** Type and name of the resource; empty for the graph as a whole. */
  readonly resource: string;
  constructor(resource: string, problem: string, options?: ErrorOptions) {
    super(`The graph cannot be booted${resource === "" ? "" : `: ${resource}`}: ${problem}`, options);
    this.name = "GraphRefused";
    this.resource = resource;
  }
}
