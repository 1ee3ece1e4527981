/** Where in a pattern something is wrong, and what belongs there. */
export interface PatternProblem {
  /** Such as `detail.state[0].prefix`; empty for the pattern as a whole. */
  readonly path: string;
  /** The service's own sentence where it is known. */
  readonly reason: string;
  readonly expected: string;
}

/** A pattern that the service would not accept. */
export class InvalidPattern extends Error {
  readonly code = "INVALID_PATTERN";
  readonly path: string;
  /** What AWS says: EventBridge after `Event pattern is not valid. Reason: `, SNS after `Invalid parameter: FilterPolicy: `. */
  readonly reason: string;
  readonly expected: string;
  constructor({ path, reason, expected }: PatternProblem, options?: ErrorOptions) {
    super(`${reason} (${path === "" ? "" : `at ${path}, `}expected ${expected})`, options);
    this.name = "InvalidPattern";
    this.path = path;
    this.reason = reason;
    this.expected = expected;
  }
}

/** @throws InvalidPattern always */
export function refuse(path: string, reason: string, expected: string): never {
  throw new InvalidPattern({ path, reason, expected });
}
