/**
 * What AWS asks in us-east-1, in dollars, first tier and no free tier, as read on 2026-11-25. One line a price, with the page that says it.
 */
export const PRICES = {
  /** AWS Lambda pricing: requests. */
  lambdaPerMillionRequests: 0.2,
  /** AWS Lambda pricing: duration on arm64, billed by the millisecond. */
  lambdaPerGbSecond: 0.0000133334,
  /** Amazon SQS pricing: a request of a standard queue; each 64 KB of a payload is one. */
  sqsPerMillionRequests: 0.4,
  /** Amazon DynamoDB pricing, on-demand: write request units. */
  dynamoDbPerMillionWriteUnits: 0.625,
  /** Amazon DynamoDB pricing, on-demand: read request units. */
  dynamoDbPerMillionReadUnits: 0.125,
  /** Amazon DynamoDB pricing, on-demand: a GB stored for a month. */
  dynamoDbPerGbMonth: 0.25,
  /** Amazon DynamoDB pricing: continuous backups (point-in-time recovery), a GB for a month. */
  backupPerGbMonth: 0.2,
  /** Amazon CloudWatch pricing: logs of Lambda, standard class, a GB taken in. */
  logsPerGb: 0.5,
  /** Amazon S3 pricing: PUT and POST requests. */
  s3PerThousandPuts: 0.005,
  /** Amazon S3 pricing: GET and other requests. */
  s3PerThousandGets: 0.0004,
} as const;

/** A payload of SQS is billed as one request for each of these (Amazon SQS pricing). */
export const SQS_CHUNK_BYTES = 64 * 1_024;
