/**
 * The largest body of a request at every door, in bytes. A larger one is refused as its service words it, and what still comes of
 * it is thrown away as it comes: no door holds more than its limit.
 */
export const BODY_LIMITS = {
  /** A single PUT of an object, or a part of one. S3 takes 5 GB; a body is held in memory until it is stored, so larger objects come in parts. */
  objectBytes: 256 * 1024 * 1024,
  /** An XML document to S3 (AWS: 2 MB for DeleteObjects, whose thousand keys make the largest one). */
  s3Document: 2 * 1024 * 1024,
  /** A request to SQS, SNS or STS. A message of 1 MiB has up to 6 MiB as JSON, if every character is escaped. */
  message: 8 * 1024 * 1024,
  /** AWS: "Service, account, and table quotas in Amazon DynamoDB". */
  dynamodb: 16 * 1024 * 1024,
  /** A payload of a synchronous invocation (AWS: "Lambda quotas"). */
  invocation: 6_291_456,
  /** A payload of an asynchronous invocation (AWS: "Lambda quotas"). */
  event: 1_048_576,
  /** A request to CloudWatch Logs, of which only those that read are served. */
  logsRequest: 1_048_576,
  /** A request to EventBridge: entries of 1 MB in all, up to six times that as JSON, if every character is escaped. */
  eventsRequest: 8 * 1024 * 1024,
  /** A change of an event source mapping. */
  mapping: 1_048_576,
  /** What a runtime answers: 6 MB, and what AWS allows for framing. */
  runtimeAnswer: 6_291_556,
  /** What a runtime streams to whoever takes it as it comes (AWS: "Response streaming for Lambda functions"): 200 MB. */
  streamedAnswer: 200 * 1024 * 1024,
  /** A request to an HTTP API (AWS: "Quotas for HTTP APIs"): 10 MB. */
  httpApi: 10 * 1024 * 1024,
} as const;
