import type { Metrics } from "./metrics.ts";

/**
 * Writes one line an event. `fields` are facts for machines, `message` says in constant words what happened. Personal
 * data and secrets among the fields are redacted. Never throws.
 */
export interface Log {
  /** What helps to find a fault. Below the log level it is held back until a line with an `err` is logged. */
  debug(fields: object, message: string): void;
  /** What happened as it should. */
  info(fields: object, message: string): void;
  /** What may hurt later, or was retried. An error goes into the field `err`. */
  warn(fields: object, message: string): void;
  /** What failed. The error goes into the field `err`. */
  error(fields: object, message: string): void;
  /** A log whose lines all carry these fields too. A field given later replaces one of the same name. */
  child(fields: object): Log;
}

/** The log of one invocation, and its metrics. */
export interface InvocationLog<Count extends string, Measure extends string> extends Log {
  readonly metrics: Metrics<Count, Measure>;
}

/** What is used of the context that Lambda hands to a handler (AWS: "Using the Lambda context object"). */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  getRemainingTimeInMillis(): number;
  readonly invokedFunctionArn?: string;
}
