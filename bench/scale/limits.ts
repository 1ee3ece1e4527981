/** Limits of AWS that the simulation keeps, each with the page that says it; all of them as read on 2026-11-25. */
export const AWS_LIMITS = {
  /** Batches that a queue's mapping begins with (Lambda Developer Guide: "Configuring scaling behavior for SQS event source mappings"). */
  startingPollers: 5,
  /** Environments that it adds in a minute while messages wait (same page). */
  growthPerMinute: 300,
  /** And at most (same page). */
  maximumPollers: 1_250,
  /** In provisioned mode: environments of one poller, and what all add in a minute (same page). */
  environmentsPerPoller: 10,
  provisionedGrowthPerMinute: 1_000,
  /** Executions at the same time of all functions of an account, by default (Lambda Developer Guide: "Lambda quotas"). */
  accountConcurrency: 1_000,
  /** Messages of a standard queue in flight (SQS Developer Guide: "Amazon SQS message quotas"). */
  inFlight: 120_000,
  /** Write units a second of one partition (DynamoDB Developer Guide: "Designing partition keys"). */
  partitionWrites: 1_000,
  /** What a new on-demand table takes a second (DynamoDB Developer Guide: "DynamoDB on-demand capacity mode"). */
  newTableWrites: 4_000,
  /** Within this time an on-demand table takes twice its earlier peak, in seconds (same page). */
  doublingSeconds: 1_800,
  /** `GetRecords` of one shard: polls a second by Lambda, and records that one returns (DynamoDB API reference: GetRecords). */
  shardPollsPerSecond: 4,
  shardRecords: 1_000,
} as const;
