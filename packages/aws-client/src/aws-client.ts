/**
 * How long a service waits for AWS. A call that hangs must leave time for another try, and for the answer of the handler:
 * without `throwOnRequestTimeout` the SDK only warns. The request's limit ends with the head of the response, so a large object
 * may be read for as long as it takes.
 */
export const CALL_LIMITS = { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true } as const;

/** What is used of a client. */
interface AwsClient {
  readonly middlewareStack: { remove(name: string): boolean };
}

/**
 * A client of the AWS SDK as a service on Lambda needs it: with {@link CALL_LIMITS}, and without the SDK's own logger, which walks
 * through every item of a call even with no logger configured (a fifth of the processor time of a service with large items).
 * Make it once, outside of the handler:
 *
 *     const s3 = awsClient(S3Client, { forcePathStyle: true });
 */
export function awsClient<Client extends AwsClient, Config extends object = object>(
  Constructor: new (config: Config & { readonly requestHandler: typeof CALL_LIMITS }) => Client,
  config: Config,
): Client {
  const client = new Constructor({ ...config, requestHandler: CALL_LIMITS });
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}
