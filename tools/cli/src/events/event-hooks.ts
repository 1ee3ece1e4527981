import type { Image } from "@doorbell/aws-events/attribute-value";
import type { ParsedBatch } from "@doorbell/aws-events/parsed";
import type { SampleSubjects } from "@doorbell/aws-events/sample-events";
import type { Environment } from "../aws/environment.ts";

/** A kind of event that a project tells apart, such as a queue's messages with events of its own in them. */
export interface OwnSource {
  /** Whether a captured event is of this kind. */
  readonly isIt: (event: unknown) => boolean;
  /** Reads it as services see it; `body` is its text. Never throws. */
  readonly read: (event: unknown, body: string) => ParsedBatch<unknown>;
}

/** What a sample is made of. */
export interface SampleOptions {
  readonly count: number;
  /** Made-up content is the same for the same seed; 32 bits. */
  readonly seed: number;
  readonly subjects?: SampleSubjects;
}

/** What a project knows of its events, all of it optional. */
export interface EventHooks {
  /** Kinds of events beside those of AWS, by the name for `--source`; an event is of the first that says so, before any of AWS's. */
  readonly sources?: Readonly<Record<string, OwnSource>>;
  /** Samples beside those of AWS, or in their place, by name: a Lambda event each. */
  readonly samples?: Readonly<Record<string, (options: SampleOptions) => unknown>>;
  /** Whether a stored item is as it was inserted, so that the stream's record of that can be told from it; all are, where absent. */
  readonly isAsInserted?: (item: Image) => boolean;
  /**
   * Puts made-up content into a running local cloud that holds too little for a sample, so that the project's functions accept it.
   * Answers what went where, such as `2 files went into its uploads bucket`.
   */
  readonly fill?: (
    environment: Environment,
    made: { readonly count: number; readonly seed: number },
  ) => Promise<string>;
}
