/** The DynamoDB endpoint that was named cannot be used. */
export class DynamoDbEndpointUnusable extends Error {
  readonly code = "DYNAMODB_ENDPOINT_UNUSABLE";
  readonly endpoint: string;
  constructor(endpoint: string, problem: string, options?: ErrorOptions) {
    super(`The DynamoDB endpoint ${endpoint} cannot be used: ${problem}`, options);
    this.name = "DynamoDbEndpointUnusable";
    this.endpoint = endpoint;
  }
}

/**
 * Runs `work` against a DynamoDB Local that somebody else started at `endpoint`, and says so where it does not answer.
 * @throws DynamoDbEndpointUnusable
 */
export async function withGivenEndpoint<Result>(
  endpoint: string,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const url = URL.parse(endpoint);
  if (url?.protocol !== "http:") throw new DynamoDbEndpointUnusable(endpoint, "it must be like http://127.0.0.1:8000.");
  try {
    return await work(url.origin);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new DynamoDbEndpointUnusable(endpoint, reason, { cause });
  }
}
