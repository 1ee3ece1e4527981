/** An event source mapping that Lambda would not create, or that this local cloud cannot serve. */
export class InvalidMapping extends Error {
  readonly code = "INVALID_MAPPING";
  readonly eventSourceArn: string;
  readonly functionName: string;
  constructor(
    mapping: { readonly eventSourceArn: string; readonly functionName: string },
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`The mapping of ${mapping.eventSourceArn} to ${mapping.functionName} is refused: ${reason}`, options);
    this.name = "InvalidMapping";
    this.eventSourceArn = mapping.eventSourceArn;
    this.functionName = mapping.functionName;
  }
}
