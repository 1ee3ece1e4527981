import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { startTables } from "@doorbell/local-cloud/testing";
import { buildApp } from "fauxqs";

/** The service's surroundings: an audit table and a failures bucket, on free ports of 127.0.0.1. */
export interface Emulators {
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  /** What the service is configured by, for its process's environment. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startEmulators(): Promise<Emulators> {
  const tables = await startTables([{ name: "audit", hash: "orderKey", range: { name: "version", type: "N" } }]);
  const { region, credentials } = tables.clientConfig;
  const app = buildApp({ logger: false, host: "127.0.0.1" });
  const s3Endpoint = await app.listen({ host: "127.0.0.1", port: 0 });
  const dynamodb = new DynamoDBClient(tables.clientConfig);
  const s3 = new S3Client({ endpoint: s3Endpoint, region, credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "failures" }));
  return {
    dynamodb,
    s3,
    environment: {
      ORDERS_TABLE: "orders",
      AUDIT_TABLE: "audit",
      FAILURES_BUCKET: "failures",
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
      AWS_ENDPOINT_URL_S3: s3Endpoint,
      AWS_LAMBDA_LOG_LEVEL: "FATAL",
    },
    stop: async () => {
      dynamodb.destroy();
      s3.destroy();
      await Promise.all([tables.stop(), app.close()]);
    },
  };
}
