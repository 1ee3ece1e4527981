import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startTables } from "@doorbell/local-cloud/testing";
import { buildApp } from "fauxqs";

/** The service's surroundings: an orders table and a dead-letter queue, on free ports of 127.0.0.1. */
export interface Emulators {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly table: string;
  readonly queueUrl: string;
  /** What the service is configured by, for its process's environment. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startEmulators(): Promise<Emulators> {
  const table = "orders";
  const tables = await startTables([{ name: table, hash: "id" }]);
  const { region, credentials } = tables.clientConfig;
  const app = buildApp({ logger: false, host: "127.0.0.1" });
  const endpoint = await app.listen({ host: "127.0.0.1", port: 0 });
  const dynamodb = new DynamoDBClient(tables.clientConfig);
  const sqs = new SQSClient({ endpoint, region, credentials });
  await sqs.send(new CreateQueueCommand({ QueueName: "orders-dlq" }));
  // The emulator's own URL names a host that does not resolve.
  const queueUrl = `${endpoint}/000000000000/orders-dlq`;
  return {
    dynamodb,
    sqs,
    table,
    queueUrl,
    environment: {
      ORDERS_TABLE: table,
      ORDERS_QUEUE_URL: `${endpoint}/000000000000/orders`,
      ORDERS_DLQ_URL: queueUrl,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_LAMBDA_LOG_LEVEL: "FATAL",
    },
    stop: async () => {
      dynamodb.destroy();
      sqs.destroy();
      await Promise.all([tables.stop(), app.close()]);
    },
  };
}
