/** The graph does not read, or asks for something that AWS or the local cloud does not do. */
export class InvalidGraph extends Error {
  readonly code = "INVALID_GRAPH";
  /** Type and name of the resource; empty for the graph as a whole. */
  readonly resource: string;
  constructor(resource: string, problem: string, options?: ErrorOptions) {
    super(`The graph cannot be booted${resource === "" ? "" : `: ${resource}`}: ${problem}`, options);
    this.name = "InvalidGraph";
    this.resource = resource;
  }
}
