/** Where in a pattern something is wrong, and what belongs there. */
export interface PatternProblem {
  /** Such as `detail.state[0].prefix`; empty for the pattern as a whole. */
  readonly path: string;
  /** The service's own sentence where it is known. */
  readonly reason: string;
  readonly expected: string;
}

/** A pattern that the service would not accept. */
export class PatternRefused extends Error {
  readonly code = "PATTERN_REFUSED";
  readonly path: string;
  /** What AWS says: EventBridge after `Event pattern is not valid. Reason: `, SNS after `Invalid parameter: FilterPolicy: `. */
  readonly reason: string;
  readonly expected: string;
  constructor({ path, reason, expected }: PatternProblem, options?: ErrorOptions) {
    super(`${reason} (${path === "" ? "" : `at ${path}, `}expected ${expected})`, options);
    this.name = "PatternRefused";
    this.path = path;
    this.reason = reason;
    this.expected = expected;
  }
}

/** @throws PatternRefused always */
export function refuse(path: string, reason: string, expected: string): never {
  throw new PatternRefused({ path, reason, expected });
}
