import { createServer } from "node:http";

/** A stage as an operator's machine sees it on AWS. */
export interface PublishedStage {
  /** For a process that is to find it by `--stage local`: an endpoint for each service, none for all of them. */
  readonly shell: Readonly<Record<string, string>>;
  close(): void;
}

/**
 * Lets a local cloud be met as a deployed stage is: names out of an SSM parameter, credentials and region out of the SDK's default
 * provider chain. Systems Manager, which the local cloud lacks, is a server that answers GetParameter.
 */
export async function publishStage(environment: Readonly<Record<string, string>>): Promise<PublishedStage> {
  const { AWS_ENDPOINT_URL: endpoint = "", ...rest } = environment;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ Parameter: { Value: JSON.stringify(environment) } }));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    shell: {
      ...rest,
      AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${port}`,
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ENDPOINT_URL_LAMBDA: endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
