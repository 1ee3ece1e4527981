import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { buildApp } from "fauxqs";

/** S3 and SQS in this process, on a free port of 127.0.0.1, with clients for them. */
export interface Emulator {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  stop(): Promise<void>;
}

export async function startEmulator(): Promise<Emulator> {
  const app = buildApp({ logger: false, host: "127.0.0.1" });
  const endpoint = await app.listen({ host: "127.0.0.1", port: 0 });
  const shared = {
    endpoint,
    region: "eu-central-2",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  };
  const s3 = new S3Client({ ...shared, forcePathStyle: true });
  const sqs = new SQSClient({ ...shared, useQueueUrlAsEndpoint: false });
  return {
    s3,
    sqs,
    stop: async () => {
      s3.destroy();
      sqs.destroy();
      await app.close();
    },
  };
}
