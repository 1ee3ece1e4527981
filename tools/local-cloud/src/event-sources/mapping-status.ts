/** Where an event source mapping stands (AWS: EventSourceMappingConfiguration, State). */
export type MappingState = "Enabling" | "Enabled" | "Disabling" | "Disabled";

/** What an event source has done since it was started, as `doorbell status` shows it. */
export interface MappingStatus {
  readonly uuid: string;
  /** ARN of the queue, stream, topic, rule or schedule; name of the bucket. */
  readonly source: string;
  /** Name of the function; ARN of the queue or topic that gets what a bucket, topic, rule or schedule sends. */
  readonly target: string;
  readonly kind: "sqs" | "dynamodb" | "s3" | "sns" | "rule" | "schedule";
  /** Of a queue's or a stream's mapping. */
  readonly state?: MappingState;
  /** Invocations asked for, retries included. */
  readonly batches: number;
  /** Records in those invocations. */
  readonly records: number;
  /** Batches given to the function again, after an error, a partial failure, a split or a throttle. */
  readonly retries: number;
  /** Invocations in which at least one record failed. */
  readonly failures: number;
  /** Records given up: sent to a stream's failure destination, or dropped where there is none (streams, topics). */
  readonly discarded: number;
  /** For a stream: how long ago the oldest record not yet handled arrived; 0 when none waits. */
  readonly iteratorAgeMs?: number;
  /** What stands in the way at the moment, in a sentence; absent when nothing does. */
  readonly problem?: string | undefined;
}

/** The numbers of a {@link MappingStatus} while they are counted. */
export interface MappingCounters {
  batches: number;
  records: number;
  retries: number;
  failures: number;
  discarded: number;
  problem: string | undefined;
}

/** Counters at zero. */
export function newCounters(): MappingCounters {
  return { batches: 0, records: 0, retries: 0, failures: 0, discarded: 0, problem: undefined };
}
