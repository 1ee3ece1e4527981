import { createServer } from "node:http";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { awsClient } from "./aws-client.ts";

const credentials = { accessKeyId: "local", secretAccessKey: "local" };
const base = { region: "eu-central-2", credentials };

test.each([
  ["DynamoDB", () => awsClient(DynamoDBClient, base)],
  ["S3", () => awsClient(S3Client, { ...base, forcePathStyle: true })],
  ["SQS", () => awsClient(SQSClient, base)],
])("a client of %s has no logger of the SDK in its way", (_, make) => {
  const client = make();
  expect(client.middlewareStack.identify().join(" ")).not.toContain("loggerMiddleware");
  client.destroy();
});

test(
  "a call that is never answered ends as an error, instead of taking the invocation's time",
  { timeout: 60_000 },
  async () => {
    const server = createServer(() => {}); // takes the request and says nothing
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const client = awsClient(DynamoDBClient, { ...base, endpoint: `http://127.0.0.1:${port}`, maxAttempts: 1 });
    await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject({ name: "TimeoutError" });
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
);
